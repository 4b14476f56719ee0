using Overlap.Testing.Exploration.Threads;
using Real = System.Threading.Monitor;

namespace Overlap.Testing.Exploration.StandIns;

/// <summary>Stands in for <see cref="System.Threading.Monitor"/> in code that is explored: entering, leaving and waiting are steps of their thread.</summary>
/// <remarks>
/// Outside an exploration it is what it stands in for. Times are those of the explorer's clock, which moves only when nothing else can run. A
/// <c>lock</c> statement does not know it: use <see cref="Enter(object)"/> and <see cref="Exit"/>.
/// </remarks>
public static class Monitor
{
    /// <inheritdoc cref="Real.Enter(object)"/>
    public static void Enter(object obj)
    {
        if (ThreadLane.Step() is { } lane)
        {
            MonitorSteps.Enter(lane, lane.Run.MonitorOf(obj));
        }
        else
        {
            Real.Enter(obj);
        }
    }

    /// <inheritdoc cref="Real.Enter(object, ref bool)"/>
    public static void Enter(object obj, ref bool lockTaken)
    {
        if (lockTaken)
        {
            throw new ArgumentException("The flag must be false before the entry.", nameof(lockTaken));
        }

        Enter(obj);
        lockTaken = true;
    }

    /// <inheritdoc cref="Real.TryEnter(object)"/>
    public static bool TryEnter(object obj) => TryEnter(obj, TimeSpan.Zero);

    /// <inheritdoc cref="Real.TryEnter(object, int)"/>
    public static bool TryEnter(object obj, int millisecondsTimeout) => TryEnter(obj, TimeSpan.FromMilliseconds(millisecondsTimeout));

    /// <inheritdoc cref="Real.TryEnter(object, TimeSpan)"/>
    public static bool TryEnter(object obj, TimeSpan timeout) =>
        ThreadLane.Step() is { } lane ? MonitorSteps.TryEnter(lane, lane.Run.MonitorOf(obj), timeout) : Real.TryEnter(obj, timeout);

    /// <inheritdoc cref="Real.TryEnter(object, ref bool)"/>
    public static void TryEnter(object obj, ref bool lockTaken) => TryEnter(obj, TimeSpan.Zero, ref lockTaken);

    /// <inheritdoc cref="Real.TryEnter(object, int, ref bool)"/>
    public static void TryEnter(object obj, int millisecondsTimeout, ref bool lockTaken) =>
        TryEnter(obj, TimeSpan.FromMilliseconds(millisecondsTimeout), ref lockTaken);

    /// <inheritdoc cref="Real.TryEnter(object, TimeSpan, ref bool)"/>
    public static void TryEnter(object obj, TimeSpan timeout, ref bool lockTaken)
    {
        if (lockTaken)
        {
            throw new ArgumentException("The flag must be false before the entry.", nameof(lockTaken));
        }

        lockTaken = TryEnter(obj, timeout);
    }

    /// <inheritdoc cref="Real.Exit"/>
    public static void Exit(object obj)
    {
        if (ThreadLane.Current is { } lane)
        {
            MonitorSteps.Exit(lane, lane.Run.MonitorOf(obj));
        }
        else
        {
            Real.Exit(obj);
        }
    }

    /// <inheritdoc cref="Real.IsEntered"/>
    public static bool IsEntered(object obj) =>
        ThreadLane.Current is { } lane ? lane.Run.MonitorOf(obj).Owner == lane : Real.IsEntered(obj);

    /// <inheritdoc cref="Real.Wait(object)"/>
    public static bool Wait(object obj) => Wait(obj, Timeout.InfiniteTimeSpan);

    /// <inheritdoc cref="Real.Wait(object, int)"/>
    public static bool Wait(object obj, int millisecondsTimeout) => Wait(obj, TimeSpan.FromMilliseconds(millisecondsTimeout));

    /// <inheritdoc cref="Real.Wait(object, TimeSpan)"/>
    public static bool Wait(object obj, TimeSpan timeout) =>
        ThreadLane.Step() is { } lane ? MonitorSteps.Wait(lane, lane.Run.MonitorOf(obj), timeout) : Real.Wait(obj, timeout);

    /// <inheritdoc cref="Real.Pulse"/>
    public static void Pulse(object obj)
    {
        if (ThreadLane.Current is { } lane)
        {
            MonitorSteps.Pulse(lane, lane.Run.MonitorOf(obj), all: false);
        }
        else
        {
            Real.Pulse(obj);
        }
    }

    /// <inheritdoc cref="Real.PulseAll"/>
    public static void PulseAll(object obj)
    {
        if (ThreadLane.Current is { } lane)
        {
            MonitorSteps.Pulse(lane, lane.Run.MonitorOf(obj), all: true);
        }
        else
        {
            Real.PulseAll(obj);
        }
    }
}
