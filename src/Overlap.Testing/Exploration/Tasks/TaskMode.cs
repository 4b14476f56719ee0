using System.Runtime.CompilerServices;
using Overlap.Testing.Exploration.Scheduling;
using Overlap.Waiting;

namespace Overlap.Testing.Exploration.Tasks;

/// <summary>Runs a program of tasks on one thread: each continuation is a step, and the schedule says whose comes next.</summary>
/// <remarks>One object for all runs of an exploration, so that a run allocates little; all but what names other threads is touched by the exploring thread only.</remarks>
internal sealed partial class TaskMode : IExploredMode
{
    private const int ClockId = 9_999;
    private static readonly TimeSpan PoolPatience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan OneTick = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan SomeTicks = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan TimerPatience = TimeSpan.FromMilliseconds(200);

    private readonly Func<TaskExplorer, Task> _program;
    private readonly ExplorationOptions _options;
    private readonly LaneInterleaver _interleaver;
    private readonly ReadyList _ready = new();
    private readonly List<TaskLane> _lanes = [];
    private readonly List<Action> _checks = [];

    // Of the present run.
    private EscapeWatch _escapes = new();   // Anew for a run that explains, which is to see for itself.
    private SourceLine? _place;             // Where the present step began, when explained.
    private Schedule _schedule = null!;
    private TaskLane? _current;   // Read by the watchdog too, to name it.
    private TaskLane? _clock;
    private int _unfinished;
    private FailureKind? _failure;
    private string _message = "";
    private Exception? _exception;
    private ExecutionContext _context = null!;
    private bool _isEscapeRuledOut;   // A quiet end was given its time once; the runs that make it small need not wait again.

    public TaskMode(Func<TaskExplorer, Task> program, ExplorationOptions options)
    {
        _program = program;
        _options = options;
        _interleaver = new LaneInterleaver(this);
        Time = new ExploredTime(this);
    }

    public string SeedPrefix => "a1-";

    public string CurrentLane => (Volatile.Read(ref _current)?.Name ?? "the program") + (_place is { } place ? $", last seen at {place}," : "");

    public ExploredTime Time { get; }

    public bool IsExplained => _schedule.IsExplained;

    public IExploredMode Again() => new TaskMode(_program, _options);

    public RunOutcome Run(Schedule schedule)
    {
        ExecutionContext? before = ExecutionContext.Capture();
        SynchronizationContext? contextBefore = SynchronizationContext.Current;
        Interleaver.Install(_interleaver);
        try
        {
            Begin(schedule);
            RunSteps();
            if (_failure is null)
            {
                Check();
            }

            return End();
        }
        finally
        {
            Interleaver.Install(null);
            SynchronizationContext.SetSynchronizationContext(contextBefore);
            ExecutionContext.Restore(before!);
        }
    }

    public RunOutcome? LateFailure(bool isLast) =>
        (_escapes.Cause is not null || (isLast && IsPoolBusy() && _escapes.WaitForPool(PoolPatience, OneTick))) && _escapes.Cause is { } cause
            ? new RunOutcome(FailureKind.Escape, EscapeMessage(cause), null, NamesOfLanes())
            : null;

    private static bool IsPoolBusy()
    {
        ThreadPool.GetAvailableThreads(out int available, out _);
        ThreadPool.GetMaxThreads(out int most, out _);
        return ThreadPool.PendingWorkItemCount > 0 || available < most;
    }

    private void Begin(Schedule schedule)
    {
        _schedule = schedule;
        _ready.Clear();
        _lanes.Clear();
        _checks.Clear();
        _holders.Clear();
        _names.Clear();
        Time.Reset();
        _clock = null;
        _unfinished = 0;
        _failure = null;
        _message = "";
        _exception = null;
        _lostUpdate = null;
        if (IsExplained)
        {
            _escapes = new EscapeWatch();
            _isEscapeRuledOut = false;
        }

        _context = _escapes.Enter();
        TaskExplorer explorer = new(this);
        Start("main", () => _program(explorer));
    }

    private void RunSteps()
    {
        while (_failure is null)
        {
            if (_escapes.Cause is { } cause)
            {
                Fail(FailureKind.Escape, EscapeMessage(cause), null);
                return;
            }

            if (_ready.Count == 0)
            {
                if (_unfinished == 0)
                {
                    return;
                }

                if (!Time.FireNext())
                {
                    EndInSilence();
                    return;
                }
            }

            if (_schedule.Steps >= _options.MaxSteps)
            {
                Fail(FailureKind.Endless, EndlessMessage(), null);
                return;
            }

            RunStep(_ready.Take(_schedule));
        }
    }

    private void RunStep(in ReadyStep step)
    {
        TaskLane lane = step.Lane;
        Volatile.Write(ref _current, lane);
        lane.WaitsFor = null;
        SynchronizationContext.SetSynchronizationContext(lane);
        _place = null;
        StepStory story = IsExplained ? BeginStory(step) : default;
        try
        {
            step.Run();
        }
        catch (Exception exception) when (_failure is null)
        {
            // Thrown by a callback itself: by an async void method, or a timer's callback.
            FailBy(exception, lane);
        }
        catch (Exception)
        {
            // On the way out after a failure that is noted already.
        }

        lane.HasStarted = true;
        if (IsExplained)
        {
            EndStory(lane, story);
        }

        if (!ReferenceEquals(ExecutionContext.Capture(), _context))
        {
            ExecutionContext.Restore(_context);
        }

        _current = null;
    }

    /// <summary>Checks what must hold when all has ended.</summary>
    private void Check()
    {
        SynchronizationContext.SetSynchronizationContext(null);
        if (_lanes[0].Task is { IsCompletedSuccessfully: false } main)
        {
            FailBy(main.Exception?.InnerException ?? new OperationCanceledException("The program was cancelled."), _lanes[0]);
            return;
        }

        for (int i = 1; i < _lanes.Count; i++)
        {
            if (_lanes[i].Task is { IsFaulted: true } task && !AsyncStack.IsObserved(task))
            {
                FailUnobserved(task.Exception!.InnerException!, _lanes[i]);
                return;
            }
        }

        foreach (Action check in _checks)
        {
            try
            {
                check();
            }
            catch (Exception exception)
            {
                if (_failure is null)
                {
                    FailAssertion(exception.Message, exception);
                }

                return;
            }
        }
    }

    private RunOutcome End()
    {
        Volatile.Write(ref _current, null);
        foreach (TaskLane lane in _lanes)
        {
            // Seen here, so that the collector does not tell of it as unobserved.
            _ = lane.Task?.Exception;
        }

        if (IsExplained)
        {
            EndStory();
        }

        return new RunOutcome(_failure, _message, _exception, NamesOfLanes());
    }

    private IReadOnlyList<string> NamesOfLanes() => _failure is null && !IsExplained ? [] : [.. _lanes.Select(static lane => lane.Name)];

    private TaskLane Start(string name, Func<Task> body)
    {
        TaskLane lane = NewLane(name);
        lane.Task = RunLane(lane, body);
        return lane;
    }

    private TaskLane NewLane(string name)
    {
        TaskLane lane = new(this, _escapes, _lanes.Count, name);
        _lanes.Add(lane);
        _unfinished++;
        return lane;
    }

    private async Task RunLane(TaskLane lane, Func<Task> body)
    {
        await new LaneStart(this, lane);
        try
        {
            await body().ConfigureAwait(true);
        }
        catch (Exception exception) when (IsNoted(lane, exception))
        {
            throw;
        }
        finally
        {
            EndLane(lane);
        }
    }

    private async Task<T> RunLane<T>(TaskLane lane, Func<Task<T>> body)
    {
        await new LaneStart(this, lane);
        try
        {
            return await body().ConfigureAwait(true);
        }
        catch (Exception exception) when (IsNoted(lane, exception))
        {
            throw;
        }
        finally
        {
            EndLane(lane);
        }
    }

    // Looking at the task itself would count as looking at its fault.
    private static bool IsNoted(TaskLane lane, Exception exception)
    {
        lane.Fault = exception;
        return false;
    }

    private void EndLane(TaskLane lane)
    {
        // On a thread that it has escaped to it does not count as ended.
        if (Environment.CurrentManagedThreadId == _escapes.Thread)
        {
            lane.IsEnded = true;
            _unfinished--;
        }
    }

    /// <summary>Makes the first step of a lane a step like any other.</summary>
    private readonly struct LaneStart(TaskMode mode, TaskLane lane) : ICriticalNotifyCompletion
    {
        public bool IsCompleted => false;

        public LaneStart GetAwaiter() => this;

        public void GetResult()
        {
        }

        public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

        public void UnsafeOnCompleted(Action continuation) => mode._ready.Add(new ReadyStep(lane, continuation, null));
    }
}
