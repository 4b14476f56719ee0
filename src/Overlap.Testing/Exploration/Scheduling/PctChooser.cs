namespace Overlap.Testing.Exploration.Scheduling;

/// <summary>Runs the lane of the highest priority; priorities are random, and change at a few random steps of a schedule.</summary>
/// <remarks>
/// A lane that gives way falls behind all others: else one that spins at the highest priority would spin for ever.
/// Source: S. Burckhardt, P. Kothari, M. Musuvathi, S. Nagarakatte, "A randomized scheduler with probabilistic guarantees of finding bugs", ASPLOS 2010.
/// </remarks>
internal sealed class PctChooser(ulong seed, int depth) : Chooser
{
    private readonly int[] _changes = new int[depth - 1];
    private readonly Dictionary<int, int> _fallen = [];   // Lanes that fell, with how far: the later the lower.
    private SplitMix _random;
    private ulong _priorities;
    private int _position;
    private int _longest = 8;   // The most choices that a schedule had so far: where changes may fall.
    private int _last;
    private int _falls;

    public override string Description => $"pct, depth {depth}, seed {seed}";

    public override void Begin(int number)
    {
        _random = SplitMix.Of(~seed, number);
        _priorities = _random.Next();
        for (int i = 0; i < _changes.Length; i++)
        {
            _changes[i] = _random.Next(_longest);
        }

        _fallen.Clear();
        _falls = 0;
        _position = 0;
        _last = -1;
    }

    public override int Choose(ReadOnlySpan<int> lanes, ChoiceKind kind)
    {
        if (kind == ChoiceKind.Data)
        {
            return _random.Next(lanes.Length);
        }

        if (kind == ChoiceKind.Switch && lanes[^1] == _last)
        {
            Fall(_last);
        }

        int best = Best(lanes);
        if (Array.IndexOf(_changes, _position) >= 0)
        {
            Fall(lanes[best]);
            best = Best(lanes);
        }

        _position++;
        _last = lanes[best];
        return best;
    }

    public override bool Next()
    {
        _longest = Math.Max(_longest, _position);
        return true;
    }

    private void Fall(int lane) => _fallen[lane] = ++_falls;

    private int Best(ReadOnlySpan<int> lanes)
    {
        int best = 0;
        for (int i = 1; i < lanes.Length; i++)
        {
            if (IsAbove(lanes[i], lanes[best]))
            {
                best = i;
            }
        }

        return best;
    }

    private bool IsAbove(int lane, int other)
    {
        int fall = _fallen.GetValueOrDefault(lane);
        int otherFall = _fallen.GetValueOrDefault(other);
        return fall != otherFall ? fall < otherFall : PriorityOf(lane) > PriorityOf(other);
    }

    private ulong PriorityOf(int lane) => SplitMix.Mix(_priorities + (ulong)lane);
}
