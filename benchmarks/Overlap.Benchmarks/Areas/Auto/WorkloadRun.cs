using System.Diagnostics;
using Overlap.Benchmarks.Measuring;
using Overlap.Executors;

namespace Overlap.Benchmarks.Areas.Auto;

/// <summary>One run of a workload under one number of workers, fixed or automatic.</summary>
internal sealed class WorkloadRun(Workload workload, int? workers)
{
    // As many refusals within ten seconds and a guard of the usual kind shuts the door.
    private const int RefusalsToBan = 30;

    /// <summary>How it ended, in words; <see langword="null"/> before the first run.</summary>
    public string? LastReason { get; private set; }

    /// <summary>Measures a whole run.</summary>
    /// <param name="items">Its calls; what a call takes is told of those after the first tenth.</param>
    /// <param name="cancellationToken">Ends the benchmark.</param>
    public async Task<IReadOnlyDictionary<Metric, double>> MeasureAsync(int items, CancellationToken cancellationToken)
    {
        (double perSecond, int ended) = await RunAsync(items, Timeout.InfiniteTimeSpan, cancellationToken);
        if (ended != items)
        {
            throw new InvalidOperationException($"{ended} of {items} calls were done");
        }

        if (workers is null && workload.WorstRefusals >= RefusalsToBan)
        {
            throw new InvalidOperationException($"{workload.WorstRefusals} refusals within ten seconds: a site would have banned this");
        }

        return new Dictionary<Metric, double> { [Metric.PerItem] = 1e9 / perSecond };
    }

    /// <summary>Runs calls for some time.</summary>
    /// <returns>The calls that ended in a second after the first tenth, and how many ended in all.</returns>
    public async Task<(double PerSecond, int Ended)> RunAsync(int items, TimeSpan atMost, CancellationToken cancellationToken)
    {
        await workload.ForgetAsync(cancellationToken);
        long[] ends = new long[items];
        int ended = 0;
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(atMost);
        await using (IExecutor executor = workload.CreateExecutor(workers))
        {
            try
            {
                await executor.ForEachAsync(
                    Enumerable.Range(0, items),
                    async (_, token) =>
                    {
                        await workload.DoAsync(token);
                        ends[Interlocked.Increment(ref ended) - 1] = Stopwatch.GetTimestamp();
                    },
                    cancellationToken: stop.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // The time is over.
            }

            LastReason = executor.GetStatistics().Adaptation?.Reason;
        }

        // Ends of different threads are noted in nearly their order.
        Array.Sort(ends, 0, ended);
        int skipped = ended / 10;
        return ended - skipped < 2 ? (0, ended) : ((ended - skipped - 1) / Stopwatch.GetElapsedTime(ends[skipped], ends[ended - 1]).TotalSeconds, ended);
    }
}
