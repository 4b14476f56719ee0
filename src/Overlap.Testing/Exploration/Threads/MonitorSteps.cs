namespace Overlap.Testing.Exploration.Threads;

/// <summary>Entering and leaving as steps: what the stand-ins of all locks share.</summary>
/// <remarks>
/// A step comes before an entry and after an exit: others can come right after a lock was left, before what its last owner does next, and what is
/// done inside is steps of its own.
/// </remarks>
internal static class MonitorSteps
{
    public static void Enter(ThreadLane lane, MonitorState state)
    {
        state.Enter(lane);
        lane.Fence();
    }

    public static bool TryEnter(ThreadLane lane, MonitorState state, TimeSpan time)
    {
        lane.Fence();
        bool isEntered = state.TryEnter(lane) || (time != TimeSpan.Zero && state.EnterWithin(lane, time));
        if (lane.IsExplained)
        {
            lane.Tell(isEntered ? $"enters {state.Name}" : $"does not enter {state.Name}, held by {state.Owner?.Name}");
        }

        return isEntered;
    }

    public static void Exit(ThreadLane lane, MonitorState state)
    {
        if (lane.Run.IsOver)
        {
            // The thread unwinds: nobody will want the lock any more.
            return;
        }

        lane.Fence();
        state.Exit(lane);
        ThreadLane.Step();
    }

    public static bool Wait(ThreadLane lane, MonitorState state, TimeSpan time)
    {
        lane.Fence();
        return state.Wait(lane, time);
    }

    public static void Pulse(ThreadLane lane, MonitorState state, bool all) => state.Pulse(lane, all);
}
