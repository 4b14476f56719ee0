namespace Overlap.Benchmarks.Measuring;

/// <summary>One of the programs or loops that do the same work, side by side.</summary>
internal abstract class Contender
{
    /// <summary>What the table calls it.</summary>
    public required string Name { get; init; }

    /// <summary>How a reader would run it, with LIST, DIR and URL for what is made afresh for every run.</summary>
    public required string Shown { get; init; }

    /// <summary>Does the work once; work that is not done completely is an exception, never a figure.</summary>
    public abstract Task<Measurement> RunAsync(CancellationToken cancellationToken);
}
