using Overlap.Processes.Transport;
using Overlap.Timelines;

namespace Overlap.Processes.Hosting;

/// <summary>Reads how much processor time a call took, and how long it stood ready without a processor. Owned by the thread that runs the calls.</summary>
/// <remarks>
/// One call at a time: what the whole program computes meanwhile is the work of the call, which may lie on threads of a native library. Its delay then
/// lies there too, and is asked of all threads; else of this one.
/// Cost: two readings of the program's processor clock a call, some 0.5 µs each. A reading of the delay is dearer, so it is taken where calls are long; the first is taken for such a one, and each
/// further for one like the last: a microsecond or two at each end, of all threads some hundred.
/// </remarks>
/// <param name="programCpu">Gives the processor time of the program.</param>
/// <param name="threadCpu">Gives the processor time of this thread.</param>
/// <param name="threadDelay">Gives how long this thread stood ready without a processor.</param>
/// <param name="programDelay">Begins to count how long all threads do, and gives what tells.</param>
internal sealed class CallMeter(Func<long> programCpu, Func<long> threadCpu, Func<long> threadDelay, Func<Func<TimeSpan>> programDelay)
{
    // From here on a call is long enough to ask the kernel how much of it was spent without a processor.
    private const long LongNanoseconds = 1_000_000;

    // From here on all threads may be asked: it costs a fiftieth then.
    private const long VeryLongNanoseconds = 10_000_000;

    private static readonly double NanosecondsPerTick = 1e9 / TimeProvider.System.TimestampFrequency;

    private bool _isOn;
    private bool _expectsLong = true;
    private bool _expectsOutOfSight;
    private Func<TimeSpan>? _programDelay;
    private long _delay;
    private long _cpu;
    private long _threadCpu;

    public CallMeter()
        : this(CpuClock.OfProgram, CpuClock.OfThread, new ThreadDelayReader().GetNanoseconds, static () => ProgramDelay.Start().GetElapsed)
    {
    }

    /// <summary>Begins a call. Before its start is told: what reading takes is not the call's.</summary>
    /// <param name="isOn">Whether the call is taken down.</param>
    public void Begin(bool isOn)
    {
        _isOn = isOn;
        if (!isOn)
        {
            return;
        }

        _programDelay = _expectsOutOfSight ? programDelay() : null;
        _delay = _expectsLong ? threadDelay() : -1;
        _threadCpu = _expectsLong ? threadCpu() : 0;
        _cpu = programCpu();
    }

    /// <summary>Ends the call. After its end was told.</summary>
    /// <param name="startedAt">When it began.</param>
    /// <param name="endedAt">When it ended.</param>
    public CallReading End(long startedAt, long endedAt)
    {
        if (!_isOn)
        {
            return default;
        }

        long work = programCpu() - _cpu;
        long elapsed = (long)((endedAt - startedAt) * NanosecondsPerTick);
        long delay = _delay < 0 || elapsed - work < LongNanoseconds ? 0
            : _programDelay is not null ? (long)_programDelay().TotalNanoseconds
            : Math.Max(0, threadDelay() - _delay);
        _expectsOutOfSight = _expectsLong && elapsed >= VeryLongNanoseconds && threadCpu() - _threadCpu < work / 2;
        _expectsLong = elapsed >= LongNanoseconds;
        return new CallReading(work, delay);
    }
}
