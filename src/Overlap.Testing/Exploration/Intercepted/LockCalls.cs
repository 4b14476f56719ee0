using System.ComponentModel;
using Overlap.Testing.Exploration.Threads;

namespace Overlap.Testing.Exploration.Intercepted;

/// <summary>What intercepted calls of <see cref="Lock"/> come to: in thread mode steps, elsewhere the lock itself.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class LockCalls
{
    /// <inheritdoc cref="Lock.Enter"/>
    public static void Enter(Lock gate)
    {
        if (ThreadLane.Step() is { } lane)
        {
            MonitorSteps.Enter(lane, StateOf(lane, gate));
        }
        else
        {
            gate.Enter();
        }
    }

    /// <inheritdoc cref="Lock.TryEnter()"/>
    public static bool TryEnter(Lock gate) => TryEnter(gate, TimeSpan.Zero);

    /// <inheritdoc cref="Lock.TryEnter(int)"/>
    public static bool TryEnter(Lock gate, int millisecondsTimeout) => TryEnter(gate, TimeSpan.FromMilliseconds(millisecondsTimeout));

    /// <inheritdoc cref="Lock.TryEnter(TimeSpan)"/>
    public static bool TryEnter(Lock gate, TimeSpan timeout) =>
        ThreadLane.Step() is { } lane ? MonitorSteps.TryEnter(lane, StateOf(lane, gate), timeout) : gate.TryEnter(timeout);

    /// <inheritdoc cref="Lock.Exit"/>
    public static void Exit(Lock gate)
    {
        if (ThreadLane.Current is { } lane)
        {
            MonitorSteps.Exit(lane, StateOf(lane, gate));
        }
        else
        {
            gate.Exit();
        }
    }

#pragma warning disable CS9216 // The lock is a key here, and nobody's monitor.
    private static MonitorState StateOf(ThreadLane lane, Lock gate) => lane.Run.MonitorOf(gate);
#pragma warning restore CS9216
}
