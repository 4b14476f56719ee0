using Overlap.Testing.Exploration.Scheduling;

namespace Overlap.Testing.Exploration.Threads;

/// <content>The exploring thread's side: begins the schedule, waits for its end, and takes over when a lane does not come back.</content>
internal sealed partial class ThreadRun
{
    /// <summary>Runs a program to the end of all its lanes.</summary>
    public RunOutcome Execute(Action program)
    {
        Interlocked.Increment(ref _active);
        try
        {
            ThreadLane main = Spawn("main", program);
            _ = _schedule.Choose([main.Id], ChoiceKind.Switch);
            main.LastStep = _schedule.Steps;
            _running = main;
            main.Resume();
            WaitForEnd();
            if (!_isOver)
            {
                CheckEnd();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _active);
        }

        if (_isEscaped && _failure is null)
        {
            (_failure, _message) = (FailureKind.Escape, EscapeMessage);
        }

        return new RunOutcome(_failure, _message, _exception, [.. _lanes.Select(static lane => lane.Name)], _isDisturbed);
    }

    private void WaitForEnd()
    {
        int patience = (int)Math.Min(_options.Patience.TotalMilliseconds, int.MaxValue);
        int seen = -1;
        while (!_over.Wait(patience))
        {
            // A turn since the last look: the schedule is long, not stuck.
            int turns = Volatile.Read(ref _turns);
            if (turns != seen)
            {
                seen = turns;
                continue;
            }

            if (TakeOver(seen))
            {
                return;
            }
        }
    }

    /// <summary>Leaves the lane that runs to itself, and unwinds the others.</summary>
    /// <returns>Whether there are none: the schedule is over.</returns>
    private bool TakeOver(int seen)
    {
        EnterControl();
        if (_turns != seen + 1 || _running is not { } lane)
        {
            // It came back just now.
            ExitControl();
            return false;
        }

        SetFailure(
            FailureKind.Blocked,
            $"{lane.Name} did not come back within {_options.Patience.TotalSeconds:0.###} s{lane.Last}: "
                + "it waits for what the explorer does not control, or computes without end.");
        lane.IsAbandoned = true;
        ThreadLane? next = NextToUnwind();
        _running = next;
        ExitControl();
        next?.Resume();
        return next is null;
    }

    /// <summary>Finds the next lane whose thread has still to unwind.</summary>
    private ThreadLane? NextToUnwind()
    {
        foreach (ThreadLane lane in _lanes)
        {
            if (!lane.IsStarted)
            {
                lane.IsEnded = true;
            }

            if (!lane.IsEnded && !lane.IsAbandoned)
            {
                return lane;
            }
        }

        return null;
    }

    /// <summary>Makes the program's own checks, as a lane that is alone.</summary>
    private void CheckEnd()
    {
        if (_atEnd.Count == 0)
        {
            return;
        }

        ThreadLane? outer = ThreadLane.Current;
        ThreadLane.Current = new ThreadLane(this, _lanes.Count, "end", static () => { }) { IsDirect = true };
        try
        {
            foreach (Action check in _atEnd)
            {
                check();
            }
        }
        catch (ExplorationAbortException)
        {
            // The failure is kept already.
        }
        catch (NotNowException)
        {
            SetFailure(FailureKind.LostWakeUp, "All lanes have ended, and one of them did not leave a lock that the check at the end needs.");
        }
        catch (Exception exception)
        {
            FailFrom(ThreadLane.Current, exception);
        }
        finally
        {
            ThreadLane.Current = outer;
        }
    }
}
