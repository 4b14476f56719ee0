namespace Overlap.Actors;

/// <summary>What is known of messages beside themselves: since when they wait, and in whose activity they were told.</summary>
/// <remarks>
/// There is one only while somebody records or listens. Its gate is held around the putting in of a message, so that an actor which takes the
/// message at once finds what belongs to it.
/// </remarks>
internal sealed class MessageTraces
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, MessageTrace> _ofNumbers = [];   // Guarded by _gate.

    public void Enter() => _gate.Enter();

    /// <summary>Notes a message that was put in under the gate, and leaves it.</summary>
    /// <param name="answer">What the mailbox said.</param>
    /// <param name="number">The message's number.</param>
    /// <param name="capacity">The mailbox's limit: if the oldest was dropped, it was so many before.</param>
    /// <param name="trace">What is known of the message.</param>
    public void Exit(MailboxAnswer answer, long number, int capacity, MessageTrace trace)
    {
        if (answer is MailboxAnswer.TakenForOldest or MailboxAnswer.TakenForOldestWake)
        {
            _ = _ofNumbers.Remove(number - capacity);
        }

        if (answer is MailboxAnswer.Taken or MailboxAnswer.TakenWake or MailboxAnswer.TakenForOldest or MailboxAnswer.TakenForOldestWake)
        {
            _ofNumbers[number] = trace;
        }

        _gate.Exit();
    }

    public bool TryTake(long number, out MessageTrace trace)
    {
        _gate.Enter();
        bool isKnown = _ofNumbers.Remove(number, out trace);
        _gate.Exit();
        return isKnown;
    }
}
