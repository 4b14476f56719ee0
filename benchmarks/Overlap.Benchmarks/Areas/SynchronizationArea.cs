using System.Runtime.CompilerServices;
using Overlap.Benchmarks.Areas.Synchronization;
using Overlap.Benchmarks.Measuring;

namespace Overlap.Benchmarks.Areas;

/// <summary>What the primitives cost, against those of the framework.</summary>
internal sealed class SynchronizationArea : BenchmarkArea
{
    public override string Name => "synchronization";

    public override string Summary => "cost of AsyncLock, AsyncReaderWriterLock and AsyncQueue, against SemaphoreSlim, Lock, ReaderWriterLockSlim and Channel";

    public override async IAsyncEnumerable<ComparisonResult> MeasureAsync(
        BenchmarkContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (Comparison comparison in LockComparisons.All.Concat(QueueComparisons.All))
        {
            yield return await context.Runner.RunAsync(comparison, cancellationToken);
        }
    }
}
