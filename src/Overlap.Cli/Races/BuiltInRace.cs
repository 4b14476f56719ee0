using Overlap.Testing.Exploration;

namespace Overlap.Cli.Races;

/// <summary>A small program that comes with the tool, to see what exploring is like.</summary>
/// <param name="Story">The name that brings both forms of it.</param>
/// <param name="Form">Which of them: unsafe or safe.</param>
/// <param name="Program">The program.</param>
internal sealed record BuiltInRace(string Story, string Form, Func<TaskExplorer, Task> Program)
{
    /// <summary>All, the unsafe form of a story before the safe one.</summary>
    public static IReadOnlyList<BuiltInRace> All { get; } =
    [
        new("bank-account", "unsafe", BankAccount.UnsafeAsync),
        new("bank-account", "safe", BankAccount.SafeAsync),
        new("transfers", "unsafe", Transfers.UnsafeAsync),
        new("transfers", "safe", Transfers.SafeAsync),
    ];

    public string Name => $"{Story}/{Form}";

    /// <summary>Explores it, or repeats one schedule.</summary>
    /// <param name="change">What the command line sets in place of the defaults.</param>
    /// <param name="seed">The schedule to repeat.</param>
    public ExplorationResult Run(Func<ExplorationOptions, ExplorationOptions> change, string? seed)
    {
        ExplorationOptions options = change(new ExplorationOptions { Name = Name, Strategy = ExplorationStrategy.Exhaustive });
        return seed is null ? Explore.Run(Program, options) : Explore.Replay(Program, seed, options);
    }
}
