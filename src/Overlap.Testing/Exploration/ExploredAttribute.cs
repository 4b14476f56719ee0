namespace Overlap.Testing.Exploration;

/// <summary>Marks a method as a small concurrent program to be explored: <c>Task M(TaskExplorer x)</c> or <c>void M(ThreadExplorer x)</c>.</summary>
/// <remarks>
/// <c>overlap race --assembly</c> finds such methods, static ones and those of classes with a constructor without parameters; a few lines make them
/// tests of any test framework.
/// </remarks>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ExploredAttribute : Attribute
{
    /// <inheritdoc cref="ExplorationOptions.Strategy"/>
    public ExplorationStrategy Strategy { get; init; } = ExplorationStrategy.Portfolio;

    /// <inheritdoc cref="ExplorationOptions.Schedules"/>
    public int Schedules { get; init; } = 10_000;

    /// <summary>The seed of random choices. Default: 1.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>The preemptions of an exhaustive search, as <see cref="ExplorationOptions.Preemptions"/>; −1: without bound. Default: 2.</summary>
    public int Preemptions { get; init; } = 2;

    /// <inheritdoc cref="ExplorationOptions.Depth"/>
    public int Depth { get; init; } = 3;

    /// <inheritdoc cref="ExplorationOptions.MaxSteps"/>
    public int MaxSteps { get; init; } = 10_000;

    /// <inheritdoc cref="ExplorationOptions.StoreBuffers"/>
    public bool StoreBuffers { get; init; }

    /// <summary>The options that the attribute stands for.</summary>
    /// <param name="name">What the program is called in results.</param>
    public ExplorationOptions ToOptions(string name) => new()
    {
        Name = name,
        Strategy = Strategy,
        Schedules = Schedules,
        Seed = unchecked((ulong)Seed),
        Preemptions = Preemptions < 0 ? null : Preemptions,
        Depth = Depth,
        MaxSteps = MaxSteps,
        StoreBuffers = StoreBuffers,
    };
}
