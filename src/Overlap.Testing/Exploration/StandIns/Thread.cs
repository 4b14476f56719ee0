using Overlap.Testing.Exploration.Threads;
using Real = System.Threading.Thread;

namespace Overlap.Testing.Exploration.StandIns;

/// <summary>Stands in for <see cref="System.Threading.Thread"/> in code that is explored: a thread that it starts is one of the explorer's.</summary>
/// <remarks>Outside an exploration it is what it stands in for. Times are those of the explorer's clock, which moves only when nothing else can run.</remarks>
public sealed class Thread
{
    private readonly ThreadStart _body;
    private Real? _real;
    private ThreadLane? _lane;

    /// <summary>Makes a thread that is not started yet.</summary>
    /// <param name="start">What it does.</param>
    public Thread(ThreadStart start)
    {
        ArgumentNullException.ThrowIfNull(start);
        _body = start;
    }

    /// <summary>The runtime's own thread that runs this code; inside an exploration one that runs many schedules, of which nothing should be kept.</summary>
    public static Real CurrentThread => Real.CurrentThread;

    /// <inheritdoc cref="Real.Name"/>
    public string? Name { get; set; }

    /// <inheritdoc cref="Real.IsBackground"/>
    public bool IsBackground { get; set; }

    /// <summary>Whether it has started and not ended.</summary>
    public bool IsAlive => _lane is { } lane ? !lane.IsEnded : _real?.IsAlive == true;

    /// <inheritdoc cref="Real.Start()"/>
    public void Start()
    {
        if (_lane is not null || _real is not null)
        {
            throw new ThreadStateException("The thread has been started before.");
        }

        if (ThreadLane.Step() is { } lane)
        {
            lane.Fence();
            _lane = lane.Run.Spawn(Name ?? "thread", () => _body());
            return;
        }

        _real = new Real(_body) { IsBackground = IsBackground, Name = Name };
        _real.Start();
    }

    /// <inheritdoc cref="Real.UnsafeStart()"/>
    public void UnsafeStart() => Start();

    /// <inheritdoc cref="Real.Join()"/>
    public void Join()
    {
        if (ThreadLane.Step() is not { } lane)
        {
            (_real ?? throw NotStarted()).Join();
            return;
        }

        ThreadLane joined = _lane ?? throw NotStarted();
        if (!joined.IsEnded)
        {
            lane.WaitForEnd(joined);
        }

        if (lane.IsExplained)
        {
            lane.Tell($"has joined {joined.Name}");
        }
    }

    /// <inheritdoc cref="Real.Yield"/>
    public static bool Yield() => ThreadLane.Step(givesWay: true) is not null || Real.Yield();

    /// <inheritdoc cref="Real.SpinWait"/>
    public static void SpinWait(int iterations)
    {
        if (ThreadLane.Step(givesWay: true) is null)
        {
            Real.SpinWait(iterations);
        }
    }

    /// <summary>Stops the thread for a time; zero lets the others come first.</summary>
    /// <param name="millisecondsTimeout">How long, in milliseconds.</param>
    public static void Sleep(int millisecondsTimeout)
    {
        if (ThreadLane.Step(givesWay: true) is not { } lane)
        {
            using ManualResetEventSlim never = new();
            never.Wait(millisecondsTimeout);
            return;
        }

        if (millisecondsTimeout > 0)
        {
            TimeSpan end = lane.Run.TimeProvider.Elapsed + TimeSpan.FromMilliseconds(millisecondsTimeout);
            using ITimer timer = lane.Run.TimeProvider.CreateTimer(static _ => { }, null, TimeSpan.FromMilliseconds(millisecondsTimeout), Timeout.InfiniteTimeSpan);
            lane.WaitUntil(() => lane.Run.TimeProvider.Elapsed >= end, $"the end of a sleep of {millisecondsTimeout} ms");
        }
    }

    /// <inheritdoc cref="Sleep(int)"/>
    /// <param name="timeout">How long.</param>
    public static void Sleep(TimeSpan timeout) => Sleep(checked((int)timeout.TotalMilliseconds));

    private static ThreadStateException NotStarted() => new("The thread has not been started here.");
}
