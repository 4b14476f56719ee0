using Overlap.Waiting;

namespace Overlap.Actors;

/// <summary>An ask that is not answered yet, in the row of those with the same deadline.</summary>
/// <remarks>
/// K1: who takes an ask out of its row, under the gate of the deadlines, ends it; nobody else does.
/// K2: the ticket goes up when it is taken out, so a handle that is used late meets another number, whoever has the ask by then.
/// </remarks>
internal abstract class PendingAsk : IntrusiveQueue<PendingAsk>.Node
{
    /// <summary>Of whom.</summary>
    public ActorCell? Target { get; protected set; }

    /// <summary>The actor whose handler asks, if one does.</summary>
    public ActorCell? Asker { get; protected set; }

    /// <summary>
    /// The number of the message in the target's mailbox, the greatest of all while it is not in. Written under the mailbox's gate, before the message
    /// can be read; for one that waited for room, by the actor that lets it in. So an actor that ends knows of all that is in.
    /// </summary>
    public long Position { get; set; }

    /// <summary>Tells this use from all others.</summary>
    public long Ticket { get; set; }

    /// <summary>When the deadline is over; guarded by the gate of the deadlines, as are the row and the queue links.</summary>
    public long DueAt { get; set; }

    public AskRow? Row { get; set; }

    /// <summary>Ends the ask for want of a reply. See K1.</summary>
    public abstract void Expire(TimeSpan within);

    /// <summary>Ends the ask with an exception. See K1.</summary>
    public abstract void Fail(Exception error);
}
