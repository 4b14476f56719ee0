namespace Overlap.Actors;

/// <summary>What a supervisor does about a child that failed.</summary>
public enum SupervisionDirective
{
    /// <summary>A new instance takes its place; the mailbox stays, without the message that failed.</summary>
    Restart,

    /// <summary>The instance goes on with the next message, its state as it is.</summary>
    Resume,

    /// <summary>It is stopped.</summary>
    Stop,

    /// <summary>The supervisor fails with the same exception, and its own supervisor decides.</summary>
    Escalate,
}
