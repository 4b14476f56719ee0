using System.Runtime.CompilerServices;
using Overlap.Timelines;

namespace Overlap.Adaptation;

/// <summary>The settings of an <see cref="AdaptiveLimiter"/>.</summary>
public sealed record AdaptiveLimiterOptions
{
    /// <summary>How the number of permits is found: the first, the least, the most. Default: from 2, between 1 and 1,024.</summary>
    public AdaptiveOptions Adaptive { get; init => field = value ?? throw new ArgumentNullException(nameof(Adaptive)); } = new();

    /// <summary>The most permits that may be waited for; who asks beyond is refused. Unit: permits, at least 0. Default: no limit.</summary>
    public int QueueLimit { get; init => field = AtLeastZero(value); } = int.MaxValue;

    /// <summary>
    /// Tells how much memory other processes have that work under the limiter, such as commands that were started: when memory is short, theirs counts as
    /// this program's. Unit: bytes. Called at most ten times a second, while permits are given back; must neither block nor use the limiter.
    /// Default: nothing.
    /// </summary>
    public Func<long>? OtherMemory { get; init; }

    /// <summary>Takes down each number of permits, and why. Default: nobody.</summary>
    public TimelineRecorder? Recorder { get; init; }

    private static int AtLeastZero(int value, [CallerMemberName] string? name = null) =>
        value >= 0 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least 0.");
}
