namespace Overlap.Actors;

/// <summary>What became of a message that was told.</summary>
public enum TellResult
{
    /// <summary>It is in the mailbox. That it is handled is not promised: the actor may stop before.</summary>
    Accepted,

    /// <summary>The mailbox was full, or the message could not be ordered; it is a dead letter.</summary>
    Dropped,

    /// <summary>The actor takes no messages any more; it is a dead letter.</summary>
    Stopped,
}
