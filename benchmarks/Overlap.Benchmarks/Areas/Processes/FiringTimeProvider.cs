using System.Diagnostics;

namespace Overlap.Benchmarks.Areas.Processes;

/// <summary>The system's clock, which also tells when it last called a timer: how late the system's timers are is not the pool's.</summary>
internal sealed class FiringTimeProvider : TimeProvider
{
    private long _firedAt;

    public long FiredAt => Volatile.Read(ref _firedAt);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(
            argument =>
            {
                Volatile.Write(ref _firedAt, Stopwatch.GetTimestamp());
                callback(argument);
            },
            state,
            dueTime,
            period);
}
