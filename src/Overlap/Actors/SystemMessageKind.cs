namespace Overlap.Actors;

/// <summary>What a <see cref="SystemMessage"/> says, and of what its subject is.</summary>
internal enum SystemMessageKind
{
    /// <summary>Make the first instance.</summary>
    Start,

    /// <summary>End once the mailbox is empty.</summary>
    Drain,

    /// <summary>End; with an error, because of it.</summary>
    Stop,

    /// <summary>A child failed: the child, the error.</summary>
    ChildFailed,

    /// <summary>Make another instance.</summary>
    Restart,

    /// <summary>Go on after a failure.</summary>
    Resume,

    /// <summary>An actor has stopped that was watched: its reference.</summary>
    Terminated,

    /// <summary>A timer has fired: the timer.</summary>
    Timer,

    /// <summary>Answer once there is nothing to do: the one who looks for quiet.</summary>
    Look,
}
