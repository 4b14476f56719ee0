using System.Diagnostics;
using System.Globalization;
using Overlap.Waiting;

namespace Overlap.Actors;

/// <summary>A tree of actors with a clock, deadlines and dead letters of its own.</summary>
/// <remarks>
/// Order: at the end children stop before their parents. Race: every member may be called from any thread.
/// Memory: what an actor wrote is visible to who has awaited the end. Cost: a timer for all asks; an actor is some 700 bytes.
/// </remarks>
[DebuggerDisplay("{_actors} actors")]
public sealed class ActorSystem : IAsyncDisposable
{
    private readonly ActorCell<object> _root;
    private readonly Observed<DeadLetter> _deadLetters;
    private readonly Observed<ActorFailure> _failures;
    private readonly Lock _spreadGate = new();
    private readonly Random _spread;           // Guarded by _spreadGate.
    private int _actors;
    private int _unnamed;
    private long _restarts;

    /// <summary>Makes a system.</summary>
    /// <param name="options">Its settings.</param>
    public ActorSystem(ActorSystemOptions? options = null)
    {
        Options = options ?? new ActorSystemOptions();
        _spread = new Random(Options.Seed);
        _deadLetters = new Observed<DeadLetter>(Options.DeadLetterLog);
        _failures = new Observed<ActorFailure>(Options.FailureLog);
        Deadlines = new AskDeadlines(Options.TimeProvider);
        _root = new ActorCell<object>(this, null, 0, static () => new RootActor(), ActorOptions.Default);
        _root.Begin();
    }

    /// <summary>Called for each dead letter, on the thread that found it, before the teller goes on. What it throws is counted and reaches nobody.</summary>
    public event Action<DeadLetter>? DeadLetterFound;

    /// <summary>Called for each failure once its supervisor has decided. What it throws is counted and reaches nobody.</summary>
    public event Action<ActorFailure>? ActorFailed;

    /// <summary>The settings it was made with.</summary>
    public ActorSystemOptions Options { get; }

    /// <summary>The last dead letters, the latest at the end.</summary>
    public IReadOnlyList<DeadLetter> DeadLetters => _deadLetters.Last();

    /// <summary>The last failures, the latest at the end.</summary>
    public IReadOnlyList<ActorFailure> Failures => _failures.Last();

    internal TimeProvider TimeProvider => Options.TimeProvider;

    internal AskDeadlines Deadlines { get; }

    /// <summary>Starts an actor at the top of the tree.</summary>
    /// <typeparam name="TMessage">The type of its messages.</typeparam>
    /// <param name="factory">Makes an instance: now, and again at each restart. It runs on the pool, not here; what it throws is a failure of the actor.</param>
    /// <param name="options">Its settings.</param>
    /// <returns>Its address. Messages may be told at once; they wait for the start.</returns>
    /// <exception cref="InvalidOperationException">Another actor has that name.</exception>
    /// <exception cref="ActorStoppedException">The system was stopped.</exception>
    public ActorRef<TMessage> Spawn<TMessage>(Func<Actor<TMessage>> factory, ActorOptions? options = null) => Spawn(_root, factory, options);

    /// <summary>Starts several actors alike and gives them one address.</summary>
    /// <typeparam name="TMessage">The type of their messages.</typeparam>
    /// <param name="size">How many; at least 1.</param>
    /// <param name="factory">Makes an instance of one of them, at once and at each restart.</param>
    /// <param name="route">Who gets a message. Default: one after the other.</param>
    /// <param name="options">The name is the pool's, the mailbox each actor's own, and the supervision that of the pool over its actors and of theirs over their children.</param>
    /// <returns>The address of the pool. It stops when its last actor has stopped; if it is stopped, its actors stop first.</returns>
    /// <exception cref="InvalidOperationException">Another actor has that name.</exception>
    /// <exception cref="ActorStoppedException">The system was stopped.</exception>
    public ActorRef<TMessage> SpawnPool<TMessage>(int size, Func<Actor<TMessage>> factory, Route? route = null, ActorOptions? options = null) =>
        SpawnPool(_root, size, factory, route, options);

    /// <summary>Gives one address to several actors that live already. Their life stays theirs.</summary>
    /// <typeparam name="TMessage">The type of their messages.</typeparam>
    /// <param name="routees">The actors; at least one.</param>
    /// <param name="route">Who gets a message. Default: one after the other.</param>
    /// <param name="name">The name of the router.</param>
    /// <returns>The address of the router. It stops when its last actor has stopped; if it is stopped, its actors go on.</returns>
    /// <exception cref="InvalidOperationException">Another actor has that name.</exception>
    /// <exception cref="ActorStoppedException">The system was stopped.</exception>
    public ActorRef<TMessage> SpawnRouter<TMessage>(IEnumerable<ActorRef<TMessage>> routees, Route? route = null, string? name = null) =>
        SpawnRouter(_root, routees, route, name);

    /// <summary>Stops all actors, children before their parents, and waits for that. The system takes no actors any more. Twice is legal.</summary>
    /// <param name="mode">What happens to the messages that wait.</param>
    /// <param name="cancellationToken">Gives up the wait; the actors stop all the same.</param>
    /// <exception cref="InvalidOperationException">A handler of an actor would wait for its own end.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public Task StopAsync(StopMode mode = StopMode.Drain, CancellationToken cancellationToken = default) =>
        _root.Reference.StopAsync(mode, cancellationToken);

    /// <summary>Tells how the system stands.</summary>
    public ActorSystemStatistics GetStatistics() => new()
    {
        Actors = Volatile.Read(ref _actors),
        PendingAsks = Deadlines.Count,
        DeadLetters = _deadLetters.Count,
        Failures = _failures.Count,
        Restarts = Volatile.Read(ref _restarts),
        FailedObservers = _deadLetters.FailedObservers + _failures.FailedObservers,
    };

    /// <summary>Stops all actors at once and waits until the last has stopped.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(StopMode.Now).ConfigureAwait(Interleaver.KeepsContext);
    }

    internal ActorRef<TMessage> Spawn<TMessage>(ActorCell parent, Func<Actor<TMessage>> factory, ActorOptions? options)
    {
        ArgumentNullException.ThrowIfNull(factory);
        options ??= ActorOptions.Default;
        ActorCell<TMessage> cell = new(this, parent, NumberFor(options.Name), factory, options);
        parent.Adopt(cell);
        cell.Begin();
        return cell.Typed;
    }

    internal ActorRef<TMessage> SpawnPool<TMessage>(ActorCell parent, int size, Func<Actor<TMessage>> factory, Route? route, ActorOptions? options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentNullException.ThrowIfNull(factory);
        options ??= ActorOptions.Default;
        Router<TMessage> router = new(route ?? Route.RoundRobin);
        bool isFirst = true;
        ActorCell<TMessage> pool = null!;
        pool = new ActorCell<TMessage>(this, parent, NumberFor(options.Name), MakeOwner, options, router);
        parent.Adopt(pool);

        // R1: the first routees are there before the pool's address is; its own start only has to watch them.
        try
        {
            router.Replace(Fill());
        }
        catch
        {
            pool.Send(new SystemMessage(SystemMessageKind.Stop));
            throw;
        }

        pool.Begin();
        return pool.Typed;

        ActorCell<TMessage>[] Fill() =>
            [.. Enumerable.Range(1, size).Select(number => Spawn(pool, factory, options with { Name = number.ToString(CultureInfo.InvariantCulture) }).TypedCell)];

        Actor<TMessage> MakeOwner()
        {
            Func<ActorCell<TMessage>[]>? refill = isFirst ? null : Fill;
            isFirst = false;
            return new RouterActor<TMessage>(router, refill);
        }
    }

    internal ActorRef<TMessage> SpawnRouter<TMessage>(ActorCell parent, IEnumerable<ActorRef<TMessage>> routees, Route? route, string? name)
    {
        ArgumentNullException.ThrowIfNull(routees);
        ActorCell<TMessage>[] cells = [.. routees.Select(static routee => routee.TypedCell)];
        ArgumentOutOfRangeException.ThrowIfZero(cells.Length, nameof(routees));
        Router<TMessage> router = new(route ?? Route.RoundRobin);
        router.Replace(cells);
        ActorOptions options = new() { Name = name };
        ActorCell<TMessage> cell = new(this, parent, NumberFor(name), () => new RouterActor<TMessage>(router, null), options, router);
        parent.Adopt(cell);
        cell.Begin();
        return cell.Typed;
    }

    internal void OnSpawned() => Interlocked.Increment(ref _actors);

    internal void OnEnded(ActorCell cell)
    {
        if (cell != _root)
        {
            _ = Interlocked.Decrement(ref _actors);
        }
    }

    internal void OnRestarted() => Interlocked.Increment(ref _restarts);

    internal void OnDeadLetter(DeadLetter letter) => _deadLetters.Add(letter, DeadLetterFound);

    internal void OnFailure(ActorFailure failure) => _failures.Add(failure, ActorFailed);

    internal TimeSpan Spread(RestartBackoff backoff, int restarts)
    {
        _spreadGate.Enter();
        TimeSpan delay = backoff.Delay(restarts, _spread);
        _spreadGate.Exit();
        return delay;
    }

    // What was not given a name is told apart by this.
    private int NumberFor(string? name) => name is null ? Interlocked.Increment(ref _unnamed) : 0;
}
