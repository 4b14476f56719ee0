namespace Overlap.Testing.Exploration.Threads;

/// <summary>A lock under exploration: who holds it, who waits for a pulse.</summary>
/// <remarks>Order: whoever the schedule chooses among those who want to enter; pulses go to waiters first come, first served, as the runtime's do.</remarks>
internal sealed class MonitorState(string name)
{
    private readonly List<ThreadLane> _waiters = [];
    private int _depth;

    public ThreadLane? Owner { get; private set; }

    public string Name => name;

    /// <summary>Enters, when nobody else holds it.</summary>
    public bool TryEnter(ThreadLane lane)
    {
        if (Owner is not null && Owner != lane)
        {
            return false;
        }

        Owner = lane;
        _depth++;
        return true;
    }

    public void Enter(ThreadLane lane)
    {
        if (!TryEnter(lane))
        {
            if (lane.IsExplained)
            {
                lane.Tell($"waits for {name}, held by {Owner!.Name}");
            }

            lane.WaitToEnter(this, Timeout.InfiniteTimeSpan);
            TryEnter(lane);
        }

        if (lane.IsExplained)
        {
            lane.Tell($"enters {name}");
        }
    }

    /// <summary>Enters, unless somebody else holds it for longer than a time.</summary>
    public bool EnterWithin(ThreadLane lane, TimeSpan time)
    {
        lane.WaitToEnter(this, time);
        return TryEnter(lane);
    }

    public void Exit(ThreadLane lane)
    {
        ThrowUnlessHeld(lane);
        if (--_depth == 0)
        {
            Owner = null;
        }

        if (lane.IsExplained)
        {
            lane.Tell($"leaves {name}");
        }
    }

    /// <summary>Leaves, waits for a pulse, and enters again.</summary>
    /// <returns>Whether a pulse came; <see langword="false"/>: the time was over.</returns>
    public bool Wait(ThreadLane lane, TimeSpan time)
    {
        ThrowUnlessHeld(lane);
        int depth = _depth;
        _depth = 0;
        Owner = null;
        _waiters.Add(lane);
        if (lane.IsExplained)
        {
            lane.Tell($"waits for a pulse of {name}");
        }

        lane.WaitForPulse(this, time);
        bool isPulsed = !_waiters.Remove(lane);
        Owner = lane;
        _depth = depth;
        if (lane.IsExplained)
        {
            lane.Tell(isPulsed ? $"enters {name} again" : $"enters {name} again: the time is over");
        }

        return isPulsed;
    }

    public void Pulse(ThreadLane lane, bool all)
    {
        ThrowUnlessHeld(lane);
        if (lane.IsExplained)
        {
            lane.Tell((all ? $"pulses all of {name}" : $"pulses {name}") + (_waiters.Count == 0 ? ": nobody waits" : ""));
        }

        while (_waiters.Count > 0)
        {
            _waiters[0].NeedsPulse = false;
            _waiters.RemoveAt(0);
            if (!all)
            {
                break;
            }
        }
    }

    private void ThrowUnlessHeld(ThreadLane lane)
    {
        if (Owner != lane)
        {
            throw new SynchronizationLockException($"{lane.Name} does not hold {name}.");
        }
    }
}
