namespace Overlap.Testing.Exploration.Scheduling;

/// <summary>Runs a few schedules of each strategy in turn: what one is blind for another sees.</summary>
internal sealed class PortfolioChooser(int? preemptions, ulong seed, int depth) : Chooser
{
    private const int InARow = 4;

    private readonly ExhaustiveChooser _exhaustive = new(preemptions);
    private readonly Chooser[] _random = [new RandomChooser(seed), new PctChooser(seed, depth)];
    private Chooser _current = null!;

    public override string Description => "portfolio";

    public override bool IsExhausted => _exhaustive.IsExhausted;

    public override bool HasDiverged => _exhaustive.HasDiverged;

    public override void Begin(int number)
    {
        int turn = (number - 1) / InARow;
        _current = _exhaustive.IsExhausted ? _random[turn % 2] : (turn % 3) switch { 0 => _exhaustive, 1 => _random[0], _ => _random[1] };
        _current.Begin(number);
    }

    public override int Choose(ReadOnlySpan<int> lanes, ChoiceKind kind) => _current.Choose(lanes, kind);

    // When the exhaustive search has ended, the others still see what lies beyond its bound, if anything does.
    public override bool Next() => _current.Next() || _exhaustive.WasBounded;
}
