using Overlap.Testing.Exploration;

namespace Overlap.Cli.Arguments;

/// <summary>A way to choose schedules, as the command line names it.</summary>
internal sealed record StrategyName(ExplorationStrategy Strategy)
{
    public const string Expected = "portfolio, exhaustive, random or pct";

    public static readonly string[] Words = ["portfolio", "exhaustive", "random", "pct"];

    public static StrategyName? TryParse(string text) => text switch
    {
        "portfolio" => new StrategyName(ExplorationStrategy.Portfolio),
        "exhaustive" => new StrategyName(ExplorationStrategy.Exhaustive),
        "random" => new StrategyName(ExplorationStrategy.Random),
        "pct" => new StrategyName(ExplorationStrategy.Pct),
        _ => null,
    };
}
