using Overlap.Testing.Exploration.Scheduling;

namespace Overlap.Testing.Exploration.Tasks;

/// <summary>A shared variable of the asynchronous mode.</summary>
internal sealed class TaskShared<T>(TaskMode mode, string name, T value) : Shared<T>(name)
{
    private readonly UpdateHistory _history = new();
    private T _value = value;

    public override T Read(string file = "", int line = 0)
    {
        TaskLane lane = mode.CurrentOrThrow();
        _history.OnRead(lane.Id);
        if (mode.IsExplained)
        {
            mode.Tell($"reads {Name} = {_value}", file, line);
        }

        return _value;
    }

    public override void Write(T value, string file = "", int line = 0)
    {
        TaskLane lane = mode.CurrentOrThrow();
        int lost = _history.OnWrite(lane.Id);
        if (lost >= 0)
        {
            mode.OnLostUpdate(this, lane, lost);
        }

        if (mode.IsExplained)
        {
            mode.Tell($"writes {Name} = {value}", file, line, lost < 0 ? null : $"overwrites the {_value} of {mode.NameOf(lost)}");
        }

        _value = value;
    }
}
