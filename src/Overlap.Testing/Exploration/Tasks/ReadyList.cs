using Overlap.Testing.Exploration.Scheduling;

namespace Overlap.Testing.Exploration.Tasks;

/// <summary>What can run next, by lane and within a lane in the order in which it came.</summary>
internal sealed class ReadyList
{
    private const int MostInARow = 50;

    private ReadyStep[] _steps = new ReadyStep[16];
    private int[] _ids = new int[16];
    private int _last = -1;   // The lane that ran last.
    private int _inARow;      // How often, while others could have run.

    public int Count { get; private set; }

    public void Clear()
    {
        Array.Clear(_steps, 0, Count);
        Count = 0;
        _last = -1;
        _inARow = 0;
    }

    public void Add(in ReadyStep step)
    {
        if (Count == _steps.Length)
        {
            Array.Resize(ref _steps, Count * 2);
            Array.Resize(ref _ids, Count * 2);
        }

        int place = Count++;
        while (place > 0 && _steps[place - 1].Lane.Id > step.Lane.Id)
        {
            _steps[place] = _steps[place - 1];
            place--;
        }

        _steps[place] = step;
    }

    /// <summary>Takes the step that the schedule chooses; there is at least one.</summary>
    public ReadyStep Take(Schedule schedule)
    {
        int start = 0;
        while (start < Count && _steps[start].Lane.Id != _last)
        {
            start++;
        }

        int end = start;
        while (end < Count && _steps[end].Lane.Id == _last)
        {
            end++;
        }

        int own = end - start;
        bool gives = own > 0 && own < Count && _inARow >= MostInARow;
        int before = gives ? Count - own : 0;   // Where the last lane's own steps stand among the choices.
        for (int i = 0, other = gives ? 0 : own; i < Count; i++)
        {
            _ids[i >= start && i < end ? before + i - start : other++] = _steps[i].Lane.Id;
        }

        int chosen = schedule.Choose(_ids.AsSpan(0, Count), own > 0 && !gives ? ChoiceKind.Preemption : ChoiceKind.Switch);
        int place = chosen >= before && chosen < before + own ? start + chosen - before
            : (gives ? chosen : chosen - own) is int rest && rest < start ? rest
            : rest + own;
        return Remove(place);
    }

    private ReadyStep Remove(int place)
    {
        ReadyStep step = _steps[place];
        _inARow = step.Lane.Id != _last ? 1 : Count > 1 ? _inARow + 1 : _inARow;
        _last = step.Lane.Id;
        Count--;
        Array.Copy(_steps, place + 1, _steps, place, Count - place);
        _steps[Count] = default;
        return step;
    }
}
