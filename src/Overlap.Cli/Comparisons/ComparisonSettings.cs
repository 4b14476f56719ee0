using Overlap.Cli.Arguments;
using Overlap.Cli.Jobs;
using Overlap.Executors;

namespace Overlap.Cli.Comparisons;

/// <summary>How a comparison is made.</summary>
internal sealed record ComparisonSettings
{
    /// <summary>The models to run; <see langword="null"/> for all that the job knows.</summary>
    public IReadOnlyList<ExecutionModel>? Models { get; init; }

    /// <summary>Measured runs of each model. With more than one, an unmeasured run comes first. Default: 1.</summary>
    public int Runs { get; init; } = 1;

    /// <summary>Workers of all models but inline; <see langword="null"/> for what the job takes by itself.</summary>
    public WorkerCount? Workers { get; init; }

    /// <summary>How often and how long an item is tried.</summary>
    public AttemptPolicy Attempts { get; init; } = new();
}
