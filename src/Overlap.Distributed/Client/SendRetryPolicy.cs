using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Client;

/// <summary>How often and when a sending that did not succeed is tried again.</summary>
public sealed record SendRetryPolicy
{
    /// <summary>No second try.</summary>
    public static SendRetryPolicy Never { get; } = new() { MaxRetries = 0 };

    /// <summary>How often. Default: 3.</summary>
    public int MaxRetries { get; init => field = Guard.AtLeast(0, value); } = 3;

    /// <summary>By how much each wait is longer than the one before; the first is none. Default: 0.2 seconds.</summary>
    public TimeSpan Step { get; init => field = Guard.NotNegative(value); } = TimeSpan.FromSeconds(0.2);

    /// <summary>The longest wait. Default: 1 second.</summary>
    public TimeSpan MaxDelay { get; init => field = Guard.NotNegative(value); } = TimeSpan.FromSeconds(1);

    internal TimeSpan DelayBefore(int retry) => TimeSpan.FromTicks(Math.Min(MaxDelay.Ticks, Step.Ticks * (retry - 1)));
}
