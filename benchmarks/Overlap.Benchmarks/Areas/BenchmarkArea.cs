using Overlap.Benchmarks.Commands;
using Overlap.Benchmarks.Measuring;

namespace Overlap.Benchmarks.Areas;

/// <summary>A part of the product that is measured beside its rivals: <c>./benchmark NAME</c>.</summary>
internal abstract class BenchmarkArea
{
    public abstract string Name { get; }

    /// <summary>One line for the list of areas.</summary>
    public abstract string Summary { get; }

    /// <summary>The peers that must be installed; one that cannot be is left out and named in the report.</summary>
    public virtual IReadOnlyList<Requirement> Requirements => [];

    /// <summary>Whether the area runs the command line, so that it must have been built.</summary>
    public virtual bool NeedsOverlap => false;

    /// <summary>Measures everything; a server that a comparison needs lives as long as it does.</summary>
    public abstract IAsyncEnumerable<ComparisonResult> MeasureAsync(BenchmarkContext context, CancellationToken cancellationToken);
}
