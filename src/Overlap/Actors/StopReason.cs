namespace Overlap.Actors;

/// <summary>Why an instance of an actor ends.</summary>
public enum StopReason
{
    /// <summary>It was told to stop, or its parent stops.</summary>
    Stopped,

    /// <summary>It failed and another instance takes its place, with the same reference and the same mailbox.</summary>
    Restarted,

    /// <summary>It failed and its supervisor ended it.</summary>
    Failed,
}
