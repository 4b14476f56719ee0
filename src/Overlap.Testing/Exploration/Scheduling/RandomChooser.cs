namespace Overlap.Testing.Exploration.Scheduling;

/// <summary>Chooses at random; each schedule has a seed of its own, made of the exploration's seed and its number.</summary>
internal sealed class RandomChooser(ulong seed) : Chooser
{
    private SplitMix _random;

    public override string Description => $"random, seed {seed}";

    public override void Begin(int number) => _random = SplitMix.Of(seed, number);

    public override int Choose(ReadOnlySpan<int> lanes, ChoiceKind kind) => _random.Next(lanes.Length);

    public override bool Next() => true;
}
