namespace Overlap.Actors;

/// <summary>Why a message was not handled.</summary>
public enum DeadLetterReason
{
    /// <summary>The mailbox was full.</summary>
    MailboxFull,

    /// <summary>The actor took no messages any more when it was told.</summary>
    ActorStopped,

    /// <summary>The actor stopped while the message waited.</summary>
    NotHandled,

    /// <summary>The actor had put aside as many as it may.</summary>
    StashFull,

    /// <summary>A reply came after the deadline, after a cancellation, or a second time.</summary>
    LateReply,

    /// <summary>The function that orders the messages, or chooses who gets them, threw: <see cref="DeadLetter.Error"/>.</summary>
    NotOrdered,

    /// <summary>A router had nobody to give it to.</summary>
    NoRoutee,
}
