namespace Overlap.Testing.Exploration;

/// <summary>One thing that happened in an interleaving.</summary>
public sealed record ExplorationStep
{
    /// <summary>Its place among all that happened, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>The name of the task or thread that did it; "memory" for a buffered store that became visible, "clock" for a timer.</summary>
    public required string Lane { get; init; }

    /// <summary>What happened: "reads balance = 100".</summary>
    public required string Action { get; init; }

    /// <summary>Remarks that the story needs: "overwrites the 70 of alice".</summary>
    public string? Remark { get; init; }

    /// <summary>The source file, without its folder; <see langword="null"/> when it is not known.</summary>
    public string? File { get; init; }

    /// <summary>The line in it, from 1; 0 when it is not known.</summary>
    public int Line { get; init; }
}
