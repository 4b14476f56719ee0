using Overlap.Waiting;

namespace Overlap.Actors;

/// <summary>The address of an actor, to which messages are told.</summary>
/// <typeparam name="TMessage">The type of its messages.</typeparam>
public sealed class ActorRef<TMessage> : ActorRef
{
    private readonly ActorCell<TMessage> _cell;
    private readonly Mailbox<TMessage> _mailbox;   // Not by way of the cell, whose memory is the actor's while it works.

    internal ActorRef(ActorCell<TMessage> cell, Mailbox<TMessage> mailbox)
        : base(cell)
    {
        _cell = cell;
        _mailbox = mailbox;
    }

    internal ActorCell<TMessage> TypedCell => _cell;

    /// <summary>Puts a message into the mailbox. Never throws and never waits.</summary>
    /// <param name="message">The message.</param>
    /// <returns>What became of it; what is not accepted is a dead letter.</returns>
    /// <remarks>
    /// Order: the messages of one sender are handled in the order in which they were told.
    /// Race: one of the three answers, for good, but that an accepted message may become a dead letter when the actor stops.
    /// Memory: what was written before is visible to the handler. Cost: one atomic operation; no allocation in the long run.
    /// </remarks>
    public TellResult Tell(TMessage message)
    {
        if (ActorTelemetry.HasListeners || !_mailbox.TryPut(message, null, out bool wakes))
        {
            return _cell.TellSlowly(message);
        }

        if (wakes)
        {
            _cell.Wake();
        }

        return TellResult.Accepted;
    }

    /// <summary>Puts a message into the mailbox, waiting for room where its overflow says so.</summary>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Gives up the wait; if already cancelled it wins over free room.</param>
    /// <returns>A task that ends when the message is in the mailbox, or was dropped as <see cref="MailboxOverflow.DropNewest"/> says.</returns>
    /// <remarks>
    /// Order: first come, first served; a newcomer never overtakes one who waits for room.
    /// Race: if room and a cancellation meet, exactly one wins: a wait that ends cancelled has told nothing.
    /// Memory: what was written before is visible to the handler. Cost: no allocation when there is room; one pooled node for each who waits.
    /// An actor that waits for room in its own mailbox waits for ever: it tells itself with <see cref="Tell"/>.
    /// </remarks>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; nothing was told.</exception>
    /// <exception cref="ActorStoppedException">The actor takes no messages any more; the message is a dead letter.</exception>
    /// <exception cref="MailboxFullException">The mailbox is full, and does not let wait; the message is a dead letter.</exception>
    public ValueTask TellAsync(TMessage message, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        if (ActorTelemetry.HasListeners || !_mailbox.TryPut(message, null, out bool wakes))
        {
            return _cell.TellSlowlyAsync(message, cancellationToken);
        }

        if (wakes)
        {
            _cell.Wake();
        }

        return Interleaver.IsOn ? Interleaver.Pause(default(ValueTask)) : default;
    }

    /// <summary>Tells a message that carries a handle for the reply, and waits for the reply.</summary>
    /// <typeparam name="TReply">The type of the reply.</typeparam>
    /// <param name="make">Makes the message around the handle; called once, at once.</param>
    /// <param name="deadline">How long to wait; by default as the system's options say. Never without an end.</param>
    /// <param name="cancellationToken">Gives up the wait; if already cancelled nothing is told.</param>
    /// <returns>The reply.</returns>
    /// <remarks>
    /// Order: of the message as with <see cref="Tell"/>; room in a full mailbox is waited for, where its overflow says so, within the deadline.
    /// Race: of reply, deadline and cancellation exactly one wins; a reply that comes later is a dead letter.
    /// Memory: what was written before the reply is visible. Cost: pooled; a list for each length of deadline, no timer for each ask.
    /// An ask from a handler that, by way of other handlers' awaited asks, waits for itself, fails at once.
    /// </remarks>
    /// <exception cref="AskTimeoutException">No reply came in time.</exception>
    /// <exception cref="AskCycleException">The actor waits, by way of others, for the one that asks.</exception>
    /// <exception cref="ActorStoppedException">The actor takes no messages any more.</exception>
    /// <exception cref="MailboxFullException">The mailbox is full, and does not let wait; or it dropped the message for a newer one.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public ValueTask<TReply> AskAsync<TReply>(
        Func<ReplyTo<TReply>, TMessage> make, TimeSpan? deadline = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(make);
        TimeSpan within = deadline ?? _cell.System.Options.AskDeadline;
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(within, TimeSpan.Zero, nameof(deadline));
        return cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<TReply>(cancellationToken)
            : _cell.AskAsync(make, within, cancellationToken);
    }
}
