namespace Overlap.Actors;

/// <summary>What a mailbox says about a message; "wake" asks the caller to run the actor.</summary>
internal enum MailboxAnswer
{
    Taken,
    TakenWake,
    TakenForOldest,
    TakenForOldestWake,
    Waits,
    Full,
    Closed,
    NotOrdered,
}
