using System.Globalization;

namespace Overlap.Testing.Exploration.Hosting;

/// <summary>What the command line asks of the exploring program: words in a fixed order, an empty one where nothing is asked.</summary>
/// <param name="Assembly">The path of the assembly.</param>
/// <param name="Filter">A part of the names of the programs to run.</param>
/// <param name="Seed">A schedule to repeat.</param>
/// <param name="Schedules">The most schedules, in place of the attribute's.</param>
/// <param name="Strategy">The strategy, in place of the attribute's.</param>
internal sealed record ExploredRequest(string Assembly, string? Filter, string? Seed, int? Schedules, ExplorationStrategy? Strategy)
{
    /// <summary>The words to start the program with; <see cref="Parse"/> reads them.</summary>
    public string[] ToArguments() =>
        [Assembly, Filter ?? "", Seed ?? "", Schedules?.ToString(CultureInfo.InvariantCulture) ?? "", Strategy?.ToString() ?? ""];

    /// <summary>Reads the words of <see cref="ToArguments"/>.</summary>
    public static ExploredRequest Parse(string[] words) => words is [{ Length: > 0 } assembly, string filter, string seed, string schedules, string strategy]
        ? new ExploredRequest(
            assembly,
            filter.Length == 0 ? null : filter,
            seed.Length == 0 ? null : seed,
            schedules.Length == 0 ? null : int.Parse(schedules, CultureInfo.InvariantCulture),
            strategy.Length == 0 ? null : Enum.Parse<ExplorationStrategy>(strategy))
        : throw new ExploredRefusalException("this program is started by overlap race --assembly");

    /// <summary>The options of a program, with what was asked in their place.</summary>
    public ExplorationOptions Change(ExplorationOptions options) =>
        options with { Schedules = Schedules ?? options.Schedules, Strategy = Strategy ?? options.Strategy };
}
