using Overlap.Processes.Hosting;
using Overlap.Processes.Transport;
using Overlap.Timelines;

namespace Overlap.Tests.Processes.Hosting;

public sealed class CallMeterTests
{
    private readonly CallMeter _meter;
    private long _now;
    private long _programCpu;
    private long _threadCpu;
    private long _threadDelay;
    private long _programDelay;
    private int _threadDelayReadings;
    private int _programDelayReadings;

    public CallMeterTests() => _meter = new CallMeter(() => _programCpu, () => _threadCpu, ReadThreadDelay, BeginProgramDelay);

    [Fact]
    public void End_NotTakenDown_IsNothing()
    {
        _meter.Begin(isOn: false);
        Pass(10, thread: 3, delayed: 6);

        Assert.Equal((default, 0), (_meter.End(0, _now), _threadDelayReadings));
    }

    [Fact]
    public void End_ProcessorsTakenByOthers_IsDelayed() => Assert.Equal(Reading(3, 6), Call(10, thread: 3, delayed: 6));

    [Fact]
    public void End_WorkOnOtherThreads_IsWorkOfTheCall() => Assert.Equal(9, Call(10, thread: 1, elsewhere: 8).Work / 1_000_000);

    [Fact]
    public void End_ShortCalls_AskTheKernelOnce()
    {
        Call(0.01, thread: 0.01);
        for (int i = 0; i < 100; i++)
        {
            Call(0.01, thread: 0.01);
        }

        Assert.Equal((1, 0), (_threadDelayReadings, _programDelayReadings));
    }

    [Fact]
    public void End_LongCallsThatComputeAllTheTime_AskTheKernelAtTheirBeginOnly()
    {
        Call(20, thread: 20);
        Call(20, thread: 20);

        Assert.Equal(2, _threadDelayReadings);
    }

    [Fact]
    public void End_WorkOnOtherThreads_TheNextCallAsksAllThreads()
    {
        Call(30, thread: 1, elsewhere: 20);

        Assert.Equal(Reading(21, 7), Call(30, thread: 1, elsewhere: 20, delayedElsewhere: 7));
        Assert.Equal(1, _programDelayReadings);
    }

    [Fact]
    public void End_RealClocks_AllocatesNothing()
    {
        // Of the program's work the thread's alone: what other tests compute meanwhile would send the meter to all threads, which allocates.
        CallMeter meter = new(ThreadOfProgram, CpuClock.OfThread, new ThreadDelayReader().GetNanoseconds, static () => ProgramDelay.Start().GetElapsed);
        Measure(meter);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            Measure(meter);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        static long ThreadOfProgram()
        {
            _ = CpuClock.OfProgram();
            return CpuClock.OfThread();
        }

        // Told as long and as all waiting: the kernel is asked at both ends.
        static void Measure(CallMeter meter)
        {
            meter.Begin(isOn: true);
            meter.End(0, TimeProvider.System.TimestampFrequency);
        }
    }

    private static CallReading Reading(int workMilliseconds, int delayMilliseconds) => new(workMilliseconds * 1_000_000L, delayMilliseconds * 1_000_000L);

    private CallReading Call(double milliseconds, double thread = 0, double elsewhere = 0, double delayed = 0, double delayedElsewhere = 0)
    {
        _meter.Begin(isOn: true);
        long startedAt = _now;
        Pass(milliseconds, thread, elsewhere, delayed, delayedElsewhere);
        return _meter.End(startedAt, _now);
    }

    private void Pass(double milliseconds, double thread = 0, double elsewhere = 0, double delayed = 0, double delayedElsewhere = 0)
    {
        _now += (long)(milliseconds / 1_000 * TimeProvider.System.TimestampFrequency);
        _threadCpu += (long)(thread * 1e6);
        _programCpu += (long)((thread + elsewhere) * 1e6);
        _threadDelay += (long)(delayed * 1e6);
        _programDelay += (long)((delayed + delayedElsewhere) * 1e6);
    }

    private long ReadThreadDelay()
    {
        _threadDelayReadings++;
        return _threadDelay;
    }

    private Func<TimeSpan> BeginProgramDelay()
    {
        _programDelayReadings++;
        long before = _programDelay;
        return () => TimeSpan.FromMicroseconds((_programDelay - before) / 1e3);
    }
}
