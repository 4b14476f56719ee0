namespace Overlap.Futures;

/// <summary>How a task group stood at one moment.</summary>
/// <remarks>Every child is counted once: <c>Submitted = Waiting + Running + Succeeded + Failed + Canceled</c>.</remarks>
public sealed record TaskGroupStatistics
{
    /// <summary>The most children that run at the same time.</summary>
    public required int Limit { get; init; }

    /// <summary>The children given to the group since it was made.</summary>
    public required long Submitted { get; init; }

    /// <summary>The children that wait for their turn.</summary>
    public required long Waiting { get; init; }

    /// <summary>The children that run.</summary>
    public required long Running { get; init; }

    /// <summary>The children that ended well.</summary>
    public required long Succeeded { get; init; }

    /// <summary>The children that failed.</summary>
    public required long Failed { get; init; }

    /// <summary>The children that the group cancelled, before or after they started.</summary>
    public required long Canceled { get; init; }

    /// <summary>Whether the group was cancelled: by a failure, its caller, its time or itself.</summary>
    public required bool IsCanceled { get; init; }

    /// <summary>Whether the group has ended: it starts no more children.</summary>
    public required bool IsEnded { get; init; }
}
