using System.Diagnostics;

namespace Overlap.Testing.Exploration.Tasks;

/// <summary>What can go wrong, and in which words it is told.</summary>
internal sealed partial class TaskMode
{
    private const int MostWaitersTold = 4;
    private const int LongestBlock = 50;   // Milliseconds.

    private string? _lostUpdate;   // The first one of the run; fails nothing by itself.

    public void OnLostUpdate<T>(Shared<T> variable, TaskLane lane, int lost) =>
        _lostUpdate ??= $"{lane.Name} overwrites {variable.Name}, which {NameOf(lost)} has written since {lane.Name} read it";

    public void FailAssertion(string message, string file, int line)
    {
        ThrowIfElsewhere();
        if (IsExplained)
        {
            _schedule.Tell(_current?.Name ?? "at the end", "the assertion fails", file, line);
        }

        FailAssertion(message, null);
        throw new ScheduleEndedException();
    }

    /// <summary>Notes that the program would block the only thread that there is.</summary>
    public void OnBlock(object primitive)
    {
        StackTrace stack = new(1, fNeedFileInfo: true);
        string place = SourceLines.OfProgram(stack) is { } line ? $", at {line}" : "";
        string name = TextOf(primitive);
        if (IsExplained)
        {
            Tell($"blocks its thread for {name}", SourceLines.OfProgram(stack));
        }

        Fail(FailureKind.Blocked, $"{_current?.Name ?? "the program"} blocks the thread that runs all tasks, waiting for {name}{place}: await it, or explore in thread mode", null);
        throw new ScheduleEndedException();
    }

    /// <summary>Waits a moment where the program blocks its thread: what another exploration or the runtime holds comes free, what the program waits for cannot.</summary>
    public int Block(nint[] handles, bool waitAll, int milliseconds, Func<nint[], bool, int, int> wait)
    {
        int grace = milliseconds is >= 0 and < LongestBlock ? milliseconds : LongestBlock;
        int result = wait(handles, waitAll, grace);
        if (result != WaitHandle.WaitTimeout || grace == milliseconds || _failure is not null || Environment.CurrentManagedThreadId != _escapes.Thread)
        {
            return result;
        }

        SourceLine? place = SourceLines.OfProgram(new StackTrace(1, fNeedFileInfo: true));
        if (IsExplained)
        {
            Tell("blocks its thread", place);
        }

        Fail(FailureKind.Blocked, $"{_current?.Name ?? "the program"} blocks the thread that runs all tasks{(place is null ? "" : $", at {place}")}: await, or explore in thread mode", null);
        throw new ScheduleEndedException();
    }

    private void Fail(FailureKind kind, string message, Exception? exception)
    {
        if (_failure is null)
        {
            _failure = kind;
            _message = message;
            _exception = exception;
        }
    }

    private void FailAssertion(string message, Exception? exception) => Fail(
        exception is NotLinearizableException ? FailureKind.NotLinearizable : _lostUpdate is null ? FailureKind.Assertion : FailureKind.LostUpdate,
        _lostUpdate is null ? message : $"{message}; {_lostUpdate}",
        exception);

    private void FailBy(Exception exception, TaskLane lane)
    {
        if (IsAssertion(exception))
        {
            FailAssertion(FirstLine(exception), exception);
        }
        else
        {
            Fail(FailureKind.Exception, $"{lane.Name} ended with {exception.GetType().Name}: {FirstLine(exception)}{PlaceOf(exception)}", exception);
        }
    }

    private void FailUnobserved(Exception exception, TaskLane lane)
    {
        if (IsAssertion(exception))
        {
            FailAssertion(FirstLine(exception), exception);
        }
        else
        {
            Fail(
                FailureKind.UnobservedException,
                $"{lane.Name} ended with {exception.GetType().Name}, and nobody looked at its task: {FirstLine(exception)}{PlaceOf(exception)}",
                exception);
        }
    }

    // Test frameworks have exceptions of their own, which are not known here but by their names.
    /// <summary>Whether an exception is one of a test framework whose assertion failed.</summary>
    public static bool IsAssertion(Exception exception)
    {
        for (Type? type = exception.GetType(); type is not null; type = type.BaseType)
        {
            if (type.Name.Contains("Assert", StringComparison.Ordinal))
            {
                return true;
            }
        }

        return exception.GetType().GetInterfaces().Any(static type => type.Name == "IAssertionException");
    }

    private static string FirstLine(Exception exception) => exception.Message.Split('\n', 2)[0].TrimEnd();

    private static string PlaceOf(Exception exception) => SourceLines.OfProgram(new StackTrace(exception, fNeedFileInfo: true)) is { } place ? $", at {place}" : "";

    private string EscapeMessage(string cause)
    {
        IEnumerable<string> suspects = _lanes.Where(static lane => !lane.IsEnded)
            .Select(lane => (lane.Name, Stack: IsExplained ? lane.Suspended : StackOf(lane)))
            .Where(lane => lane.Stack.Place is not null && !IsJoin(lane.Stack.Awaited))
            .Select(static lane => $"{lane.Name} awaits at {lane.Stack.Place}")
            .Take(MostWaitersTold);
        string waiting = string.Join(", ", suspects);
        return $"the program left the explorer: {cause}" + (waiting.Length == 0 ? "" : $"; {waiting}");
    }

    private string EndlessMessage() =>
        $"the schedule did not end within {_options.MaxSteps} steps; still running: {string.Join(", ", _lanes.Where(static lane => !lane.IsEnded).Select(static lane => lane.Name).Take(MostWaitersTold))}";

    /// <summary>Nothing can run, no timer is set, and lanes have not ended: why?</summary>
    private void EndInSilence()
    {
        SynchronizationContext.SetSynchronizationContext(null);
        List<(TaskLane Lane, SourceLine? Place, object? Awaited)> stuck =
            [.. from lane in _lanes where !lane.IsEnded let stack = StackOf(lane) select (lane, stack.Place, stack.Awaited)];
        (TaskLane Lane, SourceLine? Place, object? Awaited) timed = stuck.Find(static entry => AsyncStack.IsSystemTimer(entry.Awaited));
        if (timed.Lane is not null)
        {
            Fail(FailureKind.Escape, EscapeMessage("a timer of the system was set (Task.Delay, a time-out or a Timer without the explorer's TimeProvider)"), null);
            return;
        }

        if (!_isEscapeRuledOut)
        {
            // The mark tells exactly, but only when the pool or the timer comes to it.
            _isEscapeRuledOut = !_escapes.WaitForPool(PoolPatience, SomeTicks) && !(Timer.ActiveCount > 0 && _escapes.Wait(TimerPatience));
        }

        if (_escapes.Cause is { } cause)
        {
            Fail(FailureKind.Escape, EscapeMessage(cause), null);
            return;
        }

        // Who waits for the end of others only follows them.
        if (!stuck.TrueForAll(entry => IsJoin(entry.Awaited)))
        {
            stuck.RemoveAll(entry => IsJoin(entry.Awaited));
        }

        bool isCycle = stuck.Any(entry => IsInCycle(entry.Lane));
        if (IsExplained)
        {
            foreach ((TaskLane lane, SourceLine? place, object? awaited) in stuck.Where(static entry => entry.Lane.WaitsFor is null))
            {
                _schedule.Tell(lane.Name, $"waits for {WhatFor(lane, awaited)}, for ever", place?.File, place?.Line ?? 0);
            }
        }

        string told = string.Join(
            "; ", stuck.Take(MostWaitersTold).Select(entry => $"{entry.Lane.Name} waits for {WhatFor(entry.Lane, entry.Awaited)}" + (entry.Place is { } place ? $" at {place}" : "")));
        string more = stuck.Count > MostWaitersTold ? $"; and {stuck.Count - MostWaitersTold} more" : "";
        Fail(
            isCycle ? FailureKind.Deadlock : FailureKind.LostWakeUp,
            (isCycle ? "lanes wait for each other: " : "nobody is left to wake who waits: ") + told + more,
            null);
    }

    /// <summary>Whether the lane waits, over holders of what is waited for, for itself.</summary>
    private bool IsInCycle(TaskLane start)
    {
        HashSet<TaskLane> seen = [];
        Stack<TaskLane> open = new([start]);
        while (open.TryPop(out TaskLane? lane))
        {
            if (lane.WaitsFor is null)
            {
                continue;
            }

            foreach ((object primitive, TaskLane holder) in _holders)
            {
                if (!ReferenceEquals(primitive, lane.WaitsFor))
                {
                    continue;
                }

                if (ReferenceEquals(holder, start))
                {
                    return true;
                }

                if (seen.Add(holder))
                {
                    open.Push(holder);
                }
            }
        }

        return false;
    }

    private static bool IsJoin(object? awaited) => awaited is TaskLane || IsAll(awaited);

    private static bool IsAll(object? awaited) => awaited is Task && awaited.GetType().Name.StartsWith("WhenAll", StringComparison.Ordinal);

    private bool IsLane(object awaited) => _lanes.Exists(lane => ReferenceEquals(lane.Task, awaited));

    /// <summary>Where a lane stands, and what it awaits; the lane itself when that is the end of another.</summary>
    private (SourceLine? Place, object? Awaited) StackOf(TaskLane lane)
    {
        (SourceLine? place, object? awaited) = AsyncStack.Of(lane.Task, other => !ReferenceEquals(other, lane.Task) && IsLane(other));
        return (place, _lanes.Find(other => ReferenceEquals(other.Task, awaited)) is { } joined && joined != lane ? joined : awaited);
    }

    private string HoldersOf(object primitive, TaskLane waiter) => string.Join(
        " and ",
        _holders.Where(pair => ReferenceEquals(pair.Primitive, primitive)).Select(pair => ReferenceEquals(pair.Lane, waiter) ? "itself" : pair.Lane.Name).Distinct());

    private string WhatFor(TaskLane lane, object? awaited)
    {
        if (lane.WaitsFor is { } primitive)
        {
            string holders = HoldersOf(primitive, lane);
            return TextOf(primitive) + (holders.Length == 0 ? "" : $", held by {holders},");
        }

        return awaited switch
        {
            TaskLane joined => $"the end of {joined.Name}",
            null => "what never comes",
            Task when IsAll(awaited) => "all of several tasks",
            Task when awaited.GetType().DeclaringType == typeof(SemaphoreSlim) => "SemaphoreSlim",
            Task => "a task that nobody completes",
            _ => TypeText(awaited.GetType()),
        };
    }
}
