namespace Overlap.Actors;

/// <summary>A state with one owner, which handles one message at a time.</summary>
/// <typeparam name="TMessage">The type of its messages; a struct, or a record with a case for each thing it can be told.</typeparam>
/// <remarks>
/// Order: the messages of one sender in the order in which they were told. Race: none inside; a handler that awaits keeps the mailbox closed until
/// it is done. Memory: what one handler wrote the next one sees, whatever threads they run on.
/// Cost: a handler that does not wait and gives back <c>default</c> costs a virtual call.
/// An exception of any member goes to the supervisor. A handler that never returns keeps the actor for ever.
/// </remarks>
public abstract class Actor<TMessage>
{
    private ActorContext<TMessage>? _context;

    /// <summary>What surrounds the actor. From the start on; not in the constructor.</summary>
    protected ActorContext<TMessage> Context =>
        _context ?? throw new InvalidOperationException("An actor has a context once a system has started it.");

    internal void Enter(ActorCell<TMessage> cell) => _context = _context is null
        ? new ActorContext<TMessage>(cell)
        : throw new InvalidOperationException("A factory gave an actor that lives already; each instance must be new.");

    internal ValueTask StartAsync() => OnStartAsync();

    internal ValueTask StopAsync(StopReason reason) => OnStopAsync(reason);

    internal ValueTask SignalAsync(Signal signal) => OnSignalAsync(signal);

    internal ValueTask Receive(TMessage message) => ReceiveAsync(message);

    /// <summary>Handles a message.</summary>
    /// <param name="message">The message.</param>
    protected abstract ValueTask ReceiveAsync(TMessage message);

    /// <summary>Called once for an instance, before its first message.</summary>
    protected virtual ValueTask OnStartAsync() => default;

    /// <summary>Called once for an instance, after its last message and after its children have stopped.</summary>
    /// <param name="reason">Why it ends.</param>
    protected virtual ValueTask OnStopAsync(StopReason reason) => default;

    /// <summary>Hears about the surroundings: an actor that was watched has stopped, no message has come.</summary>
    /// <param name="signal">What happened.</param>
    protected virtual ValueTask OnSignalAsync(Signal signal) => default;
}
