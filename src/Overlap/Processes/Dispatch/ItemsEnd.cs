using Overlap.Timelines;

namespace Overlap.Processes.Dispatch;

/// <summary>How items ended that came back from a worker together.</summary>
internal readonly record struct ItemsEnd
{
    /// <summary>How many.</summary>
    public required int Items { get; init; }

    /// <summary>How, those of them that were not refused.</summary>
    public required SpanStatus Status { get; init; }

    /// <summary>What was thrown, if something was.</summary>
    public Exception? Failure { get; init; }

    /// <summary>Whether one of them reported that the other side refuses it.</summary>
    public bool IsReported { get; init; }

    /// <summary>How long the other side asked to be left alone, if that was reported.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>How long they took together. Unit: seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>The items that had not ended then.</summary>
    public required long Open { get; init; }
}
