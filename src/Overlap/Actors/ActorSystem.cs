using System.Diagnostics;
using Overlap.Waiting;

namespace Overlap.Actors;

/// <summary>A tree of actors with a clock, deadlines and dead letters of its own.</summary>
/// <remarks>
/// Order: at the end children stop before their parents. Race: every member may be called from any thread.
/// Memory: what an actor wrote is visible to who has awaited the end. Cost: a timer for all asks; an actor is some 700 bytes.
/// </remarks>
[DebuggerDisplay("{_actors} actors")]
public sealed partial class ActorSystem : IAsyncDisposable
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
        ActorTelemetry.Register(this);
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

    internal void OnSpawned() => Interlocked.Increment(ref _actors);

    internal void OnEnded(ActorCell cell)
    {
        if (cell != _root)
        {
            _ = Interlocked.Decrement(ref _actors);
        }
    }

    internal void OnRestarted() => Interlocked.Increment(ref _restarts);

    internal void OnDeadLetter(DeadLetter letter)
    {
        ActorTelemetry.Count(letter.Reason);
        _deadLetters.Add(letter, DeadLetterFound);
    }

    internal void OnFailure(ActorFailure failure)
    {
        ActorTelemetry.Count(failure.Directive);
        _failures.Add(failure, ActorFailed);
    }

    // Of a router the messages are its routees'.
    internal long CountQueued() => Cells(_root).Sum(static cell => cell.IsRouter ? 0L : cell.QueueLength);

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
