namespace Overlap.InteropTests.Faults;

/// <summary>What a ledger has found.</summary>
internal sealed record Verdict
{
    /// <summary>Accepted, and never run to its end.</summary>
    public required IReadOnlyList<string> Lost { get; init; }

    /// <summary>Accepted, and without the result of a success.</summary>
    public required IReadOnlyList<string> Unstored { get; init; }

    /// <summary>Run several times without a fault that explains it.</summary>
    public required IReadOnlyList<string> Unexplained { get; init; }

    /// <summary>What ran several times, by whom, and at which place in the order of all runs.</summary>
    public required string Histories { get; init; }

    /// <summary>Still at the broker.</summary>
    public required long Stuck { get; init; }

    /// <summary>Runs beyond the first of each call.</summary>
    public required int Duplicates { get; init; }

    public bool IsInnocent => Lost.Count == 0 && Unstored.Count == 0 && Unexplained.Count == 0 && Stuck == 0;

    public override string ToString() =>
        $"lost {Lost.Count}, without a result {Unstored.Count}, unexplained twice {Unexplained.Count}, stuck {Stuck}, twice {Duplicates} ({Histories})";
}
