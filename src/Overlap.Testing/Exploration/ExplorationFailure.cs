namespace Overlap.Testing.Exploration;

/// <summary>An interleaving that breaks a program.</summary>
public sealed record ExplorationFailure
{
    /// <summary>What went wrong.</summary>
    public required FailureKind Kind { get; init; }

    /// <summary>What went wrong, in one line.</summary>
    public required string Message { get; init; }

    /// <summary>The minimised schedule as text: <see cref="Explore.Replay(Func{TaskExplorer, Task}, string, ExplorationOptions?)"/> repeats it.</summary>
    public required string Seed { get; init; }

    /// <summary>Which schedule found it, from 1.</summary>
    public required int FoundAt { get; init; }

    /// <summary>The lanes, in the order in which they were started.</summary>
    public required IReadOnlyList<string> Lanes { get; init; }

    /// <summary>The minimised interleaving.</summary>
    public required IReadOnlyList<ExplorationStep> Steps { get; init; }

    /// <summary>The exception behind it, if there is one.</summary>
    public Exception? Exception { get; init; }
}
