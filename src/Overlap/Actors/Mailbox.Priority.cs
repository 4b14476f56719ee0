using Overlap.Waiting;

namespace Overlap.Actors;

/// <content>Messages that come out by their priority, the least first; among equals the oldest.</content>
internal sealed partial class Mailbox<TMessage>
{
    // Guarded by _gate.
    private HashSet<long>? _asking;   // The numbers of the messages that wait here and ask for a reply.
    private long _lastTaken;          // Read by the actor, which writes it.

    /// <summary>Whether it takes no messages any more. Read outside the gate: perhaps a little late.</summary>
    public bool IsClosed => _isClosed;

    /// <summary>The messages that wait, and one for an actor that is at work. Read outside the gate: perhaps a little late.</summary>
    public int Load => Count + (_activity == ActorActivity.Running ? 1 : 0);

    /// <summary>Puts a message in whose priority is known.</summary>
    /// <param name="message">The message.</param>
    /// <param name="priority">Its priority.</param>
    /// <param name="mayWait">Whether to wait for room.</param>
    /// <param name="ask">The ask whose message it is, whose number must be known as long as it waits.</param>
    /// <param name="waiter">One who waits for room.</param>
    /// <param name="position">Its number, if it was taken.</param>
    public MailboxAnswer PutByPriority(TMessage message, int priority, bool mayWait, PendingAsk? ask, out Waiter<TMessage>? waiter, out long position)
    {
        waiter = null;
        MailboxAnswer answer;
        _gate.Enter();
        if (_isClosed)
        {
            answer = MailboxAnswer.Closed;
        }
        else if (_waiting.Count == 0 && HasRoomLocked())
        {
            NumberLocked(ask);
            AddLocked(message, priority, isAsk: ask is not null);
            answer = _activity == ActorActivity.Idle ? MailboxAnswer.TakenWake : MailboxAnswer.Taken;
            _activity = _activity == ActorActivity.Idle ? ActorActivity.Running : _activity;
        }
        else if (!mayWait || Overflow != MailboxOverflow.Wait)
        {
            answer = MailboxAnswer.Full;
        }
        else
        {
            answer = MailboxAnswer.Waits;
            waiter = Waiter<TMessage>.Rent(this, priority);
            waiter.Brought = message;
            waiter.BroughtFor = ask is null ? null : new AskTicket(ask);
            _waiting.Enqueue(waiter);
            Reader.WaitingCount = _waiting.Count;
        }

        position = _written;
        _gate.Exit();
        return answer;
    }

    /// <summary>Whether the message of a number is in the mailbox. Of messages by priority only of those that ask.</summary>
    public bool HasWaiting(long position)
    {
        if (_heap is null)
        {
            return position > Taken;
        }

        _gate.Enter();
        bool isWaiting = position == long.MaxValue || _asking?.Contains(position) == true;
        _gate.Exit();
        return isWaiting;
    }

    private void AddLocked(TMessage message, int priority, bool isAsk)
    {
        _written++;
        _heap!.Add(new Numbered(message, _written), priority);
        if (isAsk)
        {
            _ = (_asking ??= []).Add(_written);
        }
    }

    private TMessage TakeFirstLocked()
    {
        if (_heap is null)
        {
            TMessage oldest = _ring.TakeFirst();
            _lastTaken = _written - _ring.Count;
            return oldest;
        }

        Numbered first = _heap.Take();
        _lastTaken = first.Number;
        _ = _asking?.Remove(first.Number);
        return first.Message;
    }

    /// <summary>A message with its number, for in the heap they do not stand in the order of their numbers.</summary>
    private readonly record struct Numbered(TMessage Message, long Number);
}
