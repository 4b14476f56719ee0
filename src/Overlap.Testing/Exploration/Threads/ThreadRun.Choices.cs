using Overlap.Testing.Exploration.Scheduling;

namespace Overlap.Testing.Exploration.Threads;

/// <content>Who runs next.</content>
internal sealed partial class ThreadRun
{
    /// <summary>Chooses the next lane, and lets buffered writes become visible as chosen on the way.</summary>
    /// <returns>The lane; <see langword="null"/> when all have ended, or when the schedule has failed.</returns>
    private ThreadLane? Next(ThreadLane last, bool canGoOn)
    {
        while (true)
        {
            int count = Collect(last, canGoOn, out ChoiceKind kind);
            if (_isOver)
            {
                // A condition that was looked at threw.
                return null;
            }

            if (count == 0)
            {
                if (TryMoveClock())
                {
                    continue;
                }

                FailIfStuck();
                return null;
            }

            if (_schedule.Steps >= _options.MaxSteps)
            {
                SetFailure(FailureKind.Endless, $"The schedule did not end within {_options.MaxSteps} steps; the last one was {last.Name}'s{last.Last}.");
                return null;
            }

            int id = _candidates[_schedule.Choose(_candidates.AsSpan(0, count), kind)];
            if (id >= DrainIds)
            {
                _memory!.Drain(_lanes[id - DrainIds]);
                last.InARow = 0;
                continue;
            }

            ThreadLane next = _lanes[id];
            next.InARow = next == last && count > 1 ? next.InARow + 1 : 0;
            next.GivesWay = false;
            next.LastStep = _schedule.Steps;
            return next;
        }
    }

    private int Collect(ThreadLane last, bool canGoOn, out ChoiceKind kind)
    {
        if (_candidates.Length < 2 * _lanes.Count)
        {
            _candidates = new int[4 * _lanes.Count];
        }

        bool isLastFirst = canGoOn && !last.GivesWay;
        kind = isLastFirst ? ChoiceKind.Preemption : ChoiceKind.Switch;
        int count = 0;
        if (isLastFirst)
        {
            _candidates[count++] = last.Id;
        }

        bool isAnyPolite = false;
        foreach (ThreadLane lane in _lanes)
        {
            if ((lane == last && isLastFirst) || !lane.CanGoOn())
            {
                continue;
            }

            isAnyPolite |= lane.GivesWay;
            _candidates[count++] = lane.Id;
        }

        int lanes = count;
        if (_memory is not null)
        {
            foreach (ThreadLane lane in _lanes)
            {
                if (lane.Buffer.Count > 0)
                {
                    _candidates[count++] = DrainIds + lane.Id;
                }
            }
        }

        return isAnyPolite ? LeaveOutPolite(lanes, count) : count;
    }

    /// <summary>Leaves out lanes that gave way, until every other one that can go on has made a step and no write waits: spinning changes nothing.</summary>
    private int LeaveOutPolite(int lanes, int count)
    {
        int earliest = int.MaxValue;
        for (int i = 0; i < lanes; i++)
        {
            earliest = Math.Min(earliest, _lanes[_candidates[i]].LastStep);
        }

        if (count > lanes)
        {
            earliest = -2;
        }

        int left = 0;
        for (int i = 0; i < count; i++)
        {
            int id = _candidates[i];
            if (i >= lanes || !_lanes[id].GivesWay || _lanes[id].LastStep <= earliest)
            {
                _candidates[left++] = id;
            }
        }

        return left;
    }

    /// <summary>Moves the virtual clock to its next timer, whose callbacks run in a lane of their own.</summary>
    private bool TryMoveClock()
    {
        if (_time is not { } time || time.PendingTimers.Count == 0 || _lanes.Count >= _options.MaxLanes)
        {
            return false;
        }

        _lanes.Add(new ThreadLane(this, _lanes.Count, "clock", () => time.AdvanceToNextTimer()));
        return true;
    }

    /// <summary>Fails unless all lanes have ended: nothing can run, and never will.</summary>
    private void FailIfStuck()
    {
        List<ThreadLane> waiting = _lanes.FindAll(static lane => !lane.IsEnded);
        if (waiting.Count == 0)
        {
            return;
        }

        List<ThreadLane>? circle = waiting.Select(CircleFrom).FirstOrDefault(static found => found is not null);
        if (circle is not null)
        {
            IEnumerable<string> links = circle.Select(static lane =>
                $"{lane.Name} waits for {lane.WaitsFor}{(lane.Joined is null ? $", held by {Blocker(lane)!.Name}" : "")}{lane.Last}");
            SetFailure(FailureKind.Deadlock, string.Join("; ", links) + ".");
            return;
        }

        SetFailure(FailureKind.LostWakeUp, string.Join("; ", waiting.Select(Stuck)) + ".");
    }

    private static string Stuck(ThreadLane lane) => Blocker(lane) is { IsEnded: true } owner && lane.Monitor is not null
        ? $"{lane.Name} waits for a lock that {owner.Name} held when it ended{lane.Last}"
        : $"{lane.Name} waits for {lane.WaitsFor}, and nobody is left to bring it about{lane.Last}";

    private static ThreadLane? Blocker(ThreadLane lane) => lane.NeedsPulse ? null : lane.Monitor?.Owner ?? lane.Joined;

    private static List<ThreadLane>? CircleFrom(ThreadLane start)
    {
        List<ThreadLane> path = [];
        for (ThreadLane? lane = start; lane is { IsEnded: false }; lane = Blocker(lane))
        {
            if (lane == start && path.Count > 0)
            {
                return path;
            }

            if (path.Contains(lane))
            {
                return null;
            }

            path.Add(lane);
        }

        return null;
    }
}
