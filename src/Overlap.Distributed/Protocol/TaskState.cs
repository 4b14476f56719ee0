namespace Overlap.Distributed.Protocol;

/// <summary>How a call stands.</summary>
public enum TaskState
{
    /// <summary>Nothing is known of it: it waits, or there is no such call.</summary>
    Pending,

    /// <summary>A worker runs it.</summary>
    Started,

    /// <summary>It has failed and is to be run again.</summary>
    Retry,

    /// <summary>It reports progress, under a name of its own.</summary>
    Custom,

    /// <summary>It has ended well.</summary>
    Success,

    /// <summary>It has failed for good.</summary>
    Failure,

    /// <summary>It was taken back, or has expired, and does not run any more.</summary>
    Revoked,
}
