using Overlap.Timelines;

namespace Overlap.Tests.Timelines;

/// <summary>A recorder's clocks in a test's hand: wall, this thread's processor, the process's processor.</summary>
internal sealed class TestClocks : TimeProvider
{
    private readonly List<TestTimer> _timers = [];
    private long _now;
    private long _threadCpu;
    private long _processCpu;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Volatile.Read(ref _now);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(Volatile.Read(ref _now));

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        TestTimer timer = new(() => callback(state)) { Period = period };
        _timers.Add(timer);
        return timer;
    }

    public IReadOnlyList<TestTimer> Timers => _timers;

    public TimelineRecorder Record(long maxSpans = 1_000, bool threadCpu = true) => new(
        this, maxSpans, threadCpu ? () => Volatile.Read(ref _threadCpu) * 100 : null, () => TimeSpan.FromTicks(Volatile.Read(ref _processCpu)));

    /// <summary>Lets time pass, and of it a part in which this thread uses a processor.</summary>
    public void Pass(double milliseconds, double working = 0)
    {
        _now += Ticks(milliseconds);
        _threadCpu += Ticks(working);
        _processCpu += Ticks(working);
    }

    /// <summary>Lets someone else in the process use a processor.</summary>
    public void UseElsewhere(double milliseconds) => _processCpu += Ticks(milliseconds);

    public void SetThreadCpu(double milliseconds) => _threadCpu = Ticks(milliseconds);

    private static long Ticks(double milliseconds) => (long)(milliseconds * TimeSpan.TicksPerMillisecond);

    internal sealed class TestTimer(Action fire) : ITimer
    {
        public TimeSpan Period { get; set; }

        public bool IsDisposed { get; private set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Period = period;
            return true;
        }

        public void Dispose() => IsDisposed = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
