using System.Diagnostics;
using Overlap.Waiting;

namespace Overlap.Testing.Exploration.Threads;

/// <summary>One thread of a program under exploration, in one schedule.</summary>
/// <remarks>Not thread-safe: whoever has the turn uses it.</remarks>
internal sealed class ThreadLane(ThreadRun run, int id, string name, Action body)
{
    [ThreadStatic]
    private static ThreadLane? _current;

    private string? _place;
    private string? _action;
    private ITimer? _timer;

    /// <summary>The lane that runs on this thread.</summary>
    public static ThreadLane? Current
    {
        get => _current;
        set => _current = value;
    }

    public ThreadRun Run => run;

    public int Id => id;

    public string Name => name;

    /// <summary>Whether what it does belongs into a story; a look at a condition does not.</summary>
    public bool IsExplained => run.IsExplained && !IsDirect;

    /// <summary>Whether stand-ins act at once here, without a choice: a condition is looked at, or all lanes have ended.</summary>
    public bool IsDirect { get; set; }

    public bool IsStarted { get; private set; }

    public bool IsEnded { get; set; }

    /// <summary>Whether its thread did not come back, and no turn goes to it any more.</summary>
    public bool IsAbandoned { get; set; }

    /// <summary>Whether it spins, so that all others who can go on come first.</summary>
    public bool GivesWay { get; set; }

    /// <summary>The steps it made in a row while others could have gone on.</summary>
    public int InARow { get; set; }

    /// <summary>The number of its last step.</summary>
    public int LastStep { get; set; } = -1;

    /// <summary>Its writes that no other lane sees yet, the oldest first; only with store buffers.</summary>
    public List<BufferedStore> Buffer { get; } = [];

    // What it waits for: a lock, with or without a pulse; another lane; a condition.
    public MonitorState? Monitor { get; private set; }

    public bool NeedsPulse { get; set; }

    public ThreadLane? Joined { get; private set; }

    public Func<bool>? Until { get; private set; }

    public bool IsWaiting => Monitor is not null || Joined is not null || Until is not null;

    /// <summary>What it waits for, for people.</summary>
    public string WaitsFor { get; private set; } = "";

    /// <summary>The last thing it did and where, as far as an explained run knows; else nothing.</summary>
    public string Last => _place is null ? "" : $" after it {_action} ({_place})";

    /// <summary>Makes a step of the lane that runs here: others may come first.</summary>
    /// <returns>The lane; <see langword="null"/> outside an exploration.</returns>
    public static ThreadLane? Step(bool givesWay = false)
    {
        ThreadLane? lane = _current;
        if (lane is null)
        {
            if (ThreadRun.IsAnyActive)
            {
                EscapeMark.Report();
            }

            return null;
        }

        if (!lane.IsDirect)
        {
            lane.Run.Step(lane, givesWay);
        }
        else if (givesWay)
        {
            // It spins for what another lane holds, and while a condition is looked at no other lane runs.
            throw new NotNowException();
        }

        return lane;
    }

    /// <summary>Gives the thread of this lane the turn.</summary>
    public void Resume()
    {
        if (IsStarted)
        {
            Thread!.Pass();
            return;
        }

        IsStarted = true;
        Thread = LaneThread.Rent();
        Thread.Begin(this);
    }

    /// <inheritdoc cref="Step"/>
    public static ThreadLane StepOrThrow() =>
        Step() ?? throw new InvalidOperationException("This is for the threads of a program under exploration, and for its checks at the end.");

    public LaneThread? Thread { get; private set; }

    /// <summary>Runs the lane to its end, on its thread.</summary>
    public void Execute()
    {
        _current = this;
        Interleaver.Install(run.Interleaver);
        try
        {
            run.ThrowIfOver();
            body();
        }
        catch (ExplorationAbortException)
        {
            // The schedule is over: this was only to unwind.
        }
        catch (Exception exception)
        {
            run.FailFrom(this, exception);
        }

        Interleaver.Install(null);
        _current = null;
        run.End(this);
    }

    public bool CanGoOn()
    {
        if (IsEnded)
        {
            return false;
        }

        if (Monitor is { } monitor)
        {
            return !NeedsPulse && monitor.Owner is null;
        }

        return Joined is { } joined ? joined.IsEnded : Until is not { } until || Holds(until);
    }

    /// <summary>Waits until a lock is free, or the time is over.</summary>
    public void WaitToEnter(MonitorState monitor, TimeSpan time)
    {
        ThrowIfDirect();
        Monitor = monitor;
        SetTimer(time, static lane => ((ThreadLane)lane!).Monitor = null);
        Block(monitor.Name);
    }

    /// <summary>Waits until a pulse came or the time is over, and the lock is free.</summary>
    public void WaitForPulse(MonitorState monitor, TimeSpan time)
    {
        ThrowIfDirect();
        Monitor = monitor;
        NeedsPulse = true;
        SetTimer(time, static lane => ((ThreadLane)lane!).NeedsPulse = false);
        Block($"a pulse of {monitor.Name}");
        NeedsPulse = false;
    }

    public void WaitForEnd(ThreadLane lane)
    {
        ThrowIfDirect();
        Joined = lane;
        Block($"the end of {lane.Name}");
    }

    public void WaitUntil(Func<bool> until, string what)
    {
        if (IsDirect)
        {
            if (!until())
            {
                run.Fail(FailureKind.LostWakeUp, $"After the end of all lanes nothing can bring about what {Name} waits for: {what}.");
            }

            return;
        }

        Until = until;
        Block(what);
    }

    /// <summary>Makes all its writes visible.</summary>
    public void Fence() => run.Memory?.DrainAll(this);

    /// <summary>Adds to the story, in an explained run.</summary>
    public void Tell(string action)
    {
        if (IsExplained)
        {
            (string? file, int line) = Caller();
            Tell(action, file, line);
        }
    }

    public void Tell(string action, string? file, int line, string? remark = null)
    {
        if (IsExplained)
        {
            _action = action;
            _place = file is null ? null : $"{Path.GetFileName(file)}:{line}";
            run.Tell(Name, action, file, line, remark);
        }
    }

    private void Block(string what)
    {
        WaitsFor = what;
        run.Block(this);
        Monitor = null;
        Joined = null;
        Until = null;
        _timer?.Dispose();
        _timer = null;
    }

    private void SetTimer(TimeSpan time, TimerCallback callback)
    {
        // A timer of no time at all would fire on the pool.
        if (time >= TimeSpan.Zero)
        {
            _timer = run.TimeProvider.CreateTimer(callback, this, TimeSpan.FromTicks(Math.Max(1, time.Ticks)), Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Looks at the condition with the eyes of this lane, whichever thread it is that looks.</summary>
    private bool Holds(Func<bool> until)
    {
        ThreadLane? here = _current;
        _current = this;
        IsDirect = true;
        try
        {
            return until();
        }
        catch (NotNowException)
        {
            return false;
        }
        catch (ExplorationAbortException)
        {
            return false;
        }
        catch (Exception exception)
        {
            run.FailFrom(this, exception);
            return false;
        }
        finally
        {
            IsDirect = false;
            _current = here;
        }
    }

    private void ThrowIfDirect()
    {
        if (IsDirect)
        {
            throw new NotNowException();
        }
    }

    // The program's own line: the innermost one outside the explorer.
    private static (string? File, int Line) Caller()
    {
        foreach (StackFrame frame in new StackTrace(1, fNeedFileInfo: true).GetFrames())
        {
            string space = frame.GetMethod()?.DeclaringType?.Namespace ?? "";
            if (!space.StartsWith("Overlap.Testing.Exploration", StringComparison.Ordinal) && frame.GetFileName() is { } file)
            {
                return (file, frame.GetFileLineNumber());
            }
        }

        return (null, 0);
    }
}
