using Overlap.Testing.Exploration.Scheduling;

namespace Overlap.Testing.Exploration.Threads;

/// <summary>A shared variable of the thread mode: each read and each write is a step, and a write goes through the store buffer.</summary>
internal sealed class ThreadShared<T>(string name, T value) : Shared<T>(name)
{
    private readonly UpdateHistory _history = new();
    private readonly MemoryCell<T> _cell = new(value);

    public override T Read(string file = "", int line = 0)
    {
        ThreadLane lane = ThreadLane.StepOrThrow();
        T value = _cell.Read(lane);
        _history.OnRead(lane.Id);
        if (lane.IsExplained)
        {
            lane.Tell($"reads {Name} = {ValueText.Of(value)}", file, line);
        }

        return value;
    }

    public override void Write(T value, string file = "", int line = 0)
    {
        ThreadLane lane = ThreadLane.StepOrThrow();
        T before = _cell.Read(lane);
        int lost = _history.OnWrite(lane.Id);
        if (lost >= 0)
        {
            lane.Run.OnLostUpdate(Name, lane, lost);
        }

        _cell.Store(lane, value);
        if (lane.IsExplained)
        {
            lane.Tell(
                $"writes {Name} = {ValueText.Of(value)}",
                file,
                line,
                lost < 0 ? null : $"overwrites the {ValueText.Of(before)} of {lane.Run.NameOf(lost)}");
        }
    }
}
