using Overlap.Benchmarks.Measuring;

namespace Overlap.Benchmarks.Areas;

/// <summary>A loop over something that is made full before each round, which is not measured.</summary>
internal sealed class FilledContender : Contender
{
    public required LoopContender Loop { get; init; }

    public required Func<Task> FillAsync { get; init; }

    public override async Task<Measurement> RunAsync(CancellationToken cancellationToken)
    {
        await FillAsync();
        return await Loop.RunAsync(cancellationToken);
    }
}
