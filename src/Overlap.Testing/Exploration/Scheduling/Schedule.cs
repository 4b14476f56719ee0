namespace Overlap.Testing.Exploration.Scheduling;

/// <summary>One schedule while it runs: asks the chooser, and keeps what was chosen so that it can be repeated.</summary>
/// <remarks>Not thread-safe: one thread at a time runs the program.</remarks>
internal sealed class Schedule(Chooser chooser, bool isExplained)
{
    private const ulong HashSeed = 14695981039346656037;
    private const ulong HashPrime = 1099511628211;

    private readonly List<int> _choices = [];
    private readonly List<ExplorationStep> _story = [];
    private int _steps;

    /// <summary>Whether the run is to tell what happens; costs much, so only the last one does.</summary>
    public bool IsExplained => isExplained;

    /// <summary>Where there was more than one way: which was taken, as an index in the order that <see cref="Chooser.Choose"/> states.</summary>
    public IReadOnlyList<int> Choices => _choices;

    /// <summary>What happened, when explained.</summary>
    public IReadOnlyList<ExplorationStep> Story => _story;

    /// <summary>How many steps were chosen. Who watches the run may read it too.</summary>
    public int Steps
    {
        get => Volatile.Read(ref _steps);
        private set => Volatile.Write(ref _steps, value);
    }

    /// <summary>Tells runs apart: the lanes that could run and those that did, in order.</summary>
    public ulong Trace { get; private set; } = HashSeed;

    /// <summary>Chooses what runs next and counts a step.</summary>
    /// <returns>An index into <paramref name="lanes"/>.</returns>
    public int Choose(ReadOnlySpan<int> lanes, ChoiceKind kind)
    {
        int index = 0;
        if (lanes.Length > 1)
        {
            index = chooser.Choose(lanes, kind);
            _choices.Add(index);
        }

        if (kind != ChoiceKind.Data)
        {
            Steps++;
        }

        Trace = (((Trace ^ (uint)lanes.Length) * HashPrime) ^ (uint)lanes[index]) * HashPrime;
        return index;
    }

    /// <summary>Adds to the story; only when <see cref="IsExplained"/>.</summary>
    public void Tell(string lane, string action, string? file = null, int line = 0, string? remark = null) => _story.Add(new ExplorationStep
    {
        Number = _story.Count + 1,
        Lane = lane,
        Action = action,
        File = file is null ? null : Path.GetFileName(file.Replace('\\', '/')),
        Line = line,
        Remark = remark,
    });

    /// <summary>Changes words of the story once all is known.</summary>
    public void Amend(Func<string, string> change)
    {
        for (int i = 0; i < _story.Count; i++)
        {
            _story[i] = _story[i] with { Action = change(_story[i].Action) };
        }
    }
}
