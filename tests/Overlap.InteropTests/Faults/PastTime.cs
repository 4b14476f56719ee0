namespace Overlap.InteropTests.Faults;

/// <summary>The time of a while ago, whose timers never fire: whoever lives by it was silent ever since.</summary>
internal sealed class PastTime : TimeProvider
{
    private readonly DateTimeOffset _now = System.GetUtcNow() - TimeSpan.FromMinutes(10);

    public override DateTimeOffset GetUtcNow() => _now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
}
