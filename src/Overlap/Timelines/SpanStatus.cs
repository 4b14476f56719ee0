namespace Overlap.Timelines;

/// <summary>How a recorded call stands.</summary>
public enum SpanStatus
{
    /// <summary>It had not ended when the recording was taken.</summary>
    Running,

    /// <summary>It gave a result.</summary>
    Succeeded,

    /// <summary>It threw.</summary>
    Failed,

    /// <summary>It was cancelled.</summary>
    Canceled,
}
