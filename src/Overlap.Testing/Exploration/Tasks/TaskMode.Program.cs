using Overlap.Testing.Exploration.Scheduling;

namespace Overlap.Testing.Exploration.Tasks;

/// <summary>What the program, and the library under it, ask of the explorer.</summary>
internal sealed partial class TaskMode
{
    private int[] _numbers = [0, 1, 2, 3];

    /// <summary>The lanes that the run has started until now.</summary>
    public int LaneCount => _lanes.Count;

    public Task Spawn(string name, Func<Task> body)
    {
        ThrowIfElsewhere();
        ThrowIfTooMany();
        return Start(name, body).Task!;
    }

    public Task<T> Spawn<T>(string name, Func<Task<T>> body)
    {
        ThrowIfElsewhere();
        ThrowIfTooMany();
        TaskLane lane = NewLane(name);
        Task<T> task = RunLane(lane, body);
        lane.Task = task;
        return task;
    }

    public int Choose(int count)
    {
        ThrowIfElsewhere();
        for (int length = _numbers.Length; length < count; length = _numbers.Length)
        {
            _numbers = [.. Enumerable.Range(0, Math.Max(count, length * 2))];
        }

        int chosen = _schedule.Choose(_numbers.AsSpan(0, count), ChoiceKind.Data);
        if (IsExplained)
        {
            Tell($"is given {chosen} of 0 to {count - 1}", LineOfCaller());
        }

        return chosen;
    }

    public void AtEnd(Action check)
    {
        ThrowIfElsewhere();
        _checks.Add(check);
    }

    /// <summary>Lets others run, then goes on.</summary>
    public void Pause(Action continuation, string file, int line) => _ready.Add(new ReadyStep(CurrentOrThrow(), continuation, null, file, line));

    /// <summary>Queues work of the library: a step of the lane that hands it off.</summary>
    public void Enqueue(IThreadPoolWorkItem workItem) => _ready.Add(new ReadyStep(CurrentOrThrow(), workItem, null));

    /// <inheritdoc cref="Enqueue(IThreadPoolWorkItem)"/>
    public void Enqueue(Action<object?> callback, object? state) => _ready.Add(new ReadyStep(CurrentOrThrow(), callback, state));

    public void EnqueueTimer(ExploredTimer timer) => _ready.Add(new ReadyStep(_clock ??= new TaskLane(this, _escapes, ClockId, "clock"), timer, null));

    /// <summary>Queues a continuation of a lane.</summary>
    public void Post(TaskLane lane, SendOrPostCallback callback, object? state)
    {
        if (Environment.CurrentManagedThreadId != _escapes.Thread)
        {
            // Dropped: the schedule has failed, and its lanes are not to be run by two threads.
            lane.Escapes.Note();
            return;
        }

        if (ReferenceEquals(lane, _clock) || (lane.Id < _lanes.Count && ReferenceEquals(_lanes[lane.Id], lane)))
        {
            _ready.Add(new ReadyStep(lane, callback, state));
        }
        else
        {
            Fail(FailureKind.Divergence, $"a task of an earlier run was woken, by what that run left behind (its lane {lane.Name})", null);
        }
    }

    public TaskLane CurrentOrThrow()
    {
        ThrowIfElsewhere();
        return _current ?? _lanes[0];
    }

    /// <summary>Ends code of the program that runs on another thread than the explorer's.</summary>
    public void ThrowIfElsewhere()
    {
        if (Environment.CurrentManagedThreadId != _escapes.Thread)
        {
            (EscapeWatch.OfThisThread ?? _escapes).Note();
            throw new ScheduleEndedException();
        }
    }

    private void ThrowIfTooMany()
    {
        if (_lanes.Count >= _options.MaxLanes)
        {
            Fail(FailureKind.TooManyLanes, $"the program started more than {_options.MaxLanes} tasks: it spawns without bound, or needs a higher MaxLanes", null);
            throw new ScheduleEndedException();
        }
    }
}
