namespace Overlap.Testing.Exploration.Scheduling;

/// <summary>Repeats the choices of an earlier schedule; beyond them it takes the first way always.</summary>
internal sealed class ReplayChooser(IReadOnlyList<int> choices) : Chooser
{
    private int _position;
    private bool _hasDiverged;

    public override string Description => "replay";

    public override bool HasDiverged => _hasDiverged;

    /// <summary>The preemptions so far.</summary>
    public int Preemptions { get; private set; }

    public override void Begin(int number)
    {
        _position = 0;
        Preemptions = 0;
        _hasDiverged = false;
    }

    public override int Choose(ReadOnlySpan<int> lanes, ChoiceKind kind)
    {
        int index = _position < choices.Count ? choices[_position++] : 0;
        if (index >= lanes.Length)
        {
            _hasDiverged = true;
            index = lanes.Length - 1;
        }

        if (IsPreemption(lanes, kind, index))
        {
            Preemptions++;
        }

        return index;
    }

    public override bool Next() => false;
}
