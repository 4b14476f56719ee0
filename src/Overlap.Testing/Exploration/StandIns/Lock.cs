using Overlap.Testing.Exploration.Threads;
using Real = System.Threading.Lock;

namespace Overlap.Testing.Exploration.StandIns;

/// <summary>Stands in for <see cref="System.Threading.Lock"/> in code that is explored: entering and leaving are steps of their thread.</summary>
/// <remarks>
/// Outside an exploration it is what it stands in for. A <c>lock</c> statement does not know it: use <see cref="Enter"/> and <see cref="Exit"/>, or
/// <see cref="EnterScope"/> with <c>using</c>.
/// </remarks>
public sealed class Lock
{
    private readonly Real _real = new();
    private ThreadRun? _run;
    private MonitorState? _state;

    /// <inheritdoc cref="Real.IsHeldByCurrentThread"/>
    public bool IsHeldByCurrentThread =>
        ThreadLane.Current is { } lane ? StateOf(lane).Owner == lane : _real.IsHeldByCurrentThread;

    /// <inheritdoc cref="Real.Enter"/>
    public void Enter()
    {
        if (ThreadLane.Step() is { } lane)
        {
            MonitorSteps.Enter(lane, StateOf(lane));
        }
        else
        {
            _real.Enter();
        }
    }

    /// <inheritdoc cref="Real.TryEnter()"/>
    public bool TryEnter() => TryEnter(TimeSpan.Zero);

    /// <inheritdoc cref="Real.TryEnter(int)"/>
    public bool TryEnter(int millisecondsTimeout) => TryEnter(TimeSpan.FromMilliseconds(millisecondsTimeout));

    /// <inheritdoc cref="Real.TryEnter(TimeSpan)"/>
    public bool TryEnter(TimeSpan timeout) =>
        ThreadLane.Step() is { } lane ? MonitorSteps.TryEnter(lane, StateOf(lane), timeout) : _real.TryEnter(timeout);

    /// <inheritdoc cref="Real.Exit"/>
    public void Exit()
    {
        if (ThreadLane.Current is { } lane)
        {
            MonitorSteps.Exit(lane, StateOf(lane));
        }
        else
        {
            _real.Exit();
        }
    }

    /// <inheritdoc cref="Real.EnterScope"/>
    public Scope EnterScope()
    {
        Enter();
        return new Scope(this);
    }

    // The first lane of a schedule that comes finds the lock free, whatever an earlier schedule left.
    private MonitorState StateOf(ThreadLane lane)
    {
        if (_run != lane.Run)
        {
            _run = lane.Run;
            _state = new MonitorState(lane.Run.NameOfLock());
        }

        return _state!;
    }

    /// <summary>Leaves the lock when it is disposed.</summary>
    public readonly ref struct Scope
    {
        private readonly Lock? _lock;

        internal Scope(Lock gate) => _lock = gate;

        /// <summary>Leaves the lock.</summary>
        public void Dispose() => _lock?.Exit();
    }
}
