using System.Diagnostics;
using Overlap.Actors;
using Overlap.Synchronization;
using Overlap.Waiting;

namespace Overlap.Testing.Actors;

/// <summary>An actor for tests that keeps what it is told, so that the test can expect one message after the other.</summary>
/// <remarks>
/// Order: messages are expected in the order in which they came. Race: one that comes while another is expected waits for its turn; none is lost.
/// Memory: what was written before a message was told is visible to who expected it.
/// Cost: an actor and a queue. Works in a program that the race explorer runs, and with any clock: its patience is real time.
/// </remarks>
/// <typeparam name="TMessage">The type of its messages.</typeparam>
[DebuggerDisplay("{Ref,nq}: {Count} messages")]
public sealed class ActorProbe<TMessage>
{
    private readonly ActorSystem _system;
    private readonly AsyncQueue<TMessage> _unseen = new();
    private int _count;

    /// <summary>Starts a probe.</summary>
    /// <param name="system">Where it lives.</param>
    /// <param name="name">Its name; made up if there is none.</param>
    /// <param name="handle">What it does about a message besides, such as to answer; what this throws is a failure of the probe.</param>
    public ActorProbe(ActorSystem system, string? name = null, Func<TMessage, ValueTask>? handle = null)
    {
        ArgumentNullException.ThrowIfNull(system);
        _system = system;
        Ref = system.Spawn(() => new Recorder(this, handle), new ActorOptions { Name = name });
    }

    /// <summary>Its address, to be given to the actors under test.</summary>
    public ActorRef<TMessage> Ref { get; }

    /// <summary>How many messages have come, expected or not.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The real time after which an expectation fails instead of hanging. Default: 30 s.</summary>
    public TimeSpan Patience
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero, nameof(Patience));
            field = value;
        }
    }

    = TimeSpan.FromSeconds(30);

    /// <summary>Takes the next message, waiting for it.</summary>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <exception cref="TimeoutException">None came within <see cref="Patience"/>.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; no message was taken.</exception>
    public async Task<TMessage> ExpectAsync(CancellationToken cancellationToken = default)
    {
        using ActorPatience patience = new(Patience, cancellationToken);
        try
        {
            return await _unseen.TakeAsync(patience.Token).ConfigureAwait(Interleaver.KeepsContext);
        }
        catch (OperationCanceledException) when (patience.IsLost)
        {
            throw new TimeoutException($"The probe {Ref} was told nothing more within {Patience}; {Count} messages came before.");
        }
    }

    /// <summary>Takes the next message, which must be of a type.</summary>
    /// <typeparam name="TExpected">The type.</typeparam>
    /// <inheritdoc cref="ExpectAsync(CancellationToken)" path="/param|/exception"/>
    /// <exception cref="InvalidOperationException">It is of another type.</exception>
    public async Task<TExpected> ExpectAsync<TExpected>(CancellationToken cancellationToken = default)
        where TExpected : TMessage
    {
        TMessage message = await ExpectAsync(cancellationToken).ConfigureAwait(Interleaver.KeepsContext);
        return message is TExpected expected
            ? expected
            : throw new InvalidOperationException($"The probe {Ref} expected a {typeof(TExpected).Name} and was told {message}.");
    }

    /// <summary>Takes the next message, which must be equal to another.</summary>
    /// <param name="expected">The other.</param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <inheritdoc cref="ExpectAsync(CancellationToken)" path="/exception"/>
    /// <exception cref="InvalidOperationException">It is not.</exception>
    public async Task ExpectAsync(TMessage expected, CancellationToken cancellationToken = default)
    {
        TMessage message = await ExpectAsync(cancellationToken).ConfigureAwait(Interleaver.KeepsContext);
        if (!EqualityComparer<TMessage>.Default.Equals(expected, message))
        {
            throw new InvalidOperationException($"The probe {Ref} expected {expected} and was told {message}.");
        }
    }

    /// <summary>Waits until the system has come to rest, and checks that no message is left to expect.</summary>
    /// <remarks>Rest: no actor handles a message and none waits in a mailbox. Nothing is waited for beyond that, no timer and no other task.</remarks>
    /// <inheritdoc cref="ExpectAsync(CancellationToken)" path="/param"/>
    /// <exception cref="InvalidOperationException">There is one.</exception>
    /// <exception cref="TimeoutException">Actors did not come to rest within <see cref="Patience"/>; the text names them.</exception>
    public async Task ExpectNothingAsync(CancellationToken cancellationToken = default)
    {
        await _system.WaitForQuietAsync(Patience, cancellationToken).ConfigureAwait(Interleaver.KeepsContext);
        if (_unseen.TryTake(out TMessage? message))
        {
            throw new InvalidOperationException($"The probe {Ref} expected nothing and was told {message}.");
        }
    }

    private void Note(TMessage message)
    {
        _ = Interlocked.Increment(ref _count);
        _ = _unseen.TryAdd(message);
    }

    private sealed class Recorder(ActorProbe<TMessage> probe, Func<TMessage, ValueTask>? handle) : Actor<TMessage>
    {
        protected override ValueTask ReceiveAsync(TMessage message)
        {
            probe.Note(message);
            return handle?.Invoke(message) ?? default;
        }
    }
}
