using System.Runtime.CompilerServices;

namespace Overlap.Adaptation;

/// <summary>The settings of an <see cref="AdaptiveLimiter"/>.</summary>
public sealed record AdaptiveLimiterOptions
{
    /// <summary>How the number of permits is found: the first, the least, the most. Default: from 2, between 1 and 1,024.</summary>
    public AdaptiveOptions Adaptive { get; init => field = value ?? throw new ArgumentNullException(nameof(Adaptive)); } = new();

    /// <summary>The most permits that may be waited for; who asks beyond is refused. Unit: permits, at least 0. Default: no limit.</summary>
    public int QueueLimit { get; init => field = AtLeastZero(value); } = int.MaxValue;

    private static int AtLeastZero(int value, [CallerMemberName] string? name = null) =>
        value >= 0 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least 0.");
}
