namespace Overlap.Testing.Exploration.Scheduling;

/// <summary>Takes every way in turn, depth first: the last choice that has another way takes it, and all behind it begin anew.</summary>
/// <remarks>
/// Preemptions are bounded, because most bugs need few and their number is what makes schedules many; other choices, and stores that become
/// visible, are free.
/// Source: M. Musuvathi, S. Qadeer, "Iterative context bounding for systematic testing of multithreaded programs", PLDI 2007.
/// </remarks>
/// <param name="bound">The most preemptions of a schedule; <see langword="null"/>: without bound.</param>
internal sealed class ExhaustiveChooser(int? bound) : Chooser
{
    private Node[] _path = new Node[64];
    private int _length;
    private int _position;
    private int _preemptions;
    private bool _isExhausted;
    private bool _hasDiverged;

    public override string Description => bound is { } most ? $"exhaustive, at most {most} preemptions" : "exhaustive";

    public override bool IsExhausted => _isExhausted;

    public override bool HasDiverged => _hasDiverged;

    /// <summary>Whether the bound has kept it from any way so far.</summary>
    public bool WasBounded { get; private set; }

    public override void Begin(int number)
    {
        _position = 0;
        _preemptions = 0;
    }

    public override int Choose(ReadOnlySpan<int> lanes, ChoiceKind kind)
    {
        if (_position == _length)
        {
            Extend(lanes, kind);
        }

        ref Node node = ref _path[_position++];
        if (node.Offered != lanes.Length)
        {
            _hasDiverged = true;
        }

        int index = Math.Min(node.Taken, lanes.Length - 1);
        if (IsPreemption(lanes, kind, index))
        {
            _preemptions++;
        }

        return index;
    }

    public override bool Next()
    {
        // What was not reached again belongs to a way that is no more.
        _hasDiverged |= _position < _length;
        while (_length > 0)
        {
            ref Node last = ref _path[_length - 1];
            if (last.Next < last.Offered)
            {
                last.Taken = last.Next++;
                return true;
            }

            _length--;
        }

        _isExhausted = true;
        return false;
    }

    private void Extend(ReadOnlySpan<int> lanes, ChoiceKind kind)
    {
        if (_length == _path.Length)
        {
            Array.Resize(ref _path, _length * 2);
        }

        int next = 1;
        if (kind == ChoiceKind.Preemption && bound is { } most && _preemptions >= most)
        {
            // Without preemptions left only stores may still go first; they stand last, as their ids are the greatest.
            WasBounded = true;
            while (next < lanes.Length && lanes[next] < FirstStore)
            {
                next++;
            }
        }

        _path[_length++] = new Node { Offered = lanes.Length, Next = next };
    }

    private struct Node
    {
        public int Offered;
        public int Taken;
        public int Next;
    }
}
