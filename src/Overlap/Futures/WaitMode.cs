namespace Overlap.Futures;

/// <summary>When a wait for several tasks ends.</summary>
public enum WaitMode
{
    /// <summary>When all tasks have ended.</summary>
    All,

    /// <summary>When one task has ended, however it ended.</summary>
    FirstCompleted,

    /// <summary>When one task has failed, or all have ended. A cancelled task has not failed.</summary>
    FirstException,
}
