using System.Runtime.CompilerServices;
using Overlap.Benchmarks.Areas.Auto;
using Overlap.Benchmarks.Measuring;

namespace Overlap.Benchmarks.Areas;

/// <summary>The automatic number of workers against the best fixed one, over eight kinds of work.</summary>
internal sealed class AutoArea : BenchmarkArea
{
    private const double LeastShare = 0.9;
    private const int MostItems = 2_000_000;

    public override string Name => "auto";

    public override string Summary => "Workers.Auto against the best fixed number of workers, over eight workloads";

    public override bool NeedsOverlap => true;

    public override async IAsyncEnumerable<ComparisonResult> MeasureAsync(
        BenchmarkContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (Func<Workload> create in WorkloadList.All)
        {
            await using Workload workload = create();
            await workload.StartAsync(context, cancellationToken);
            yield return await MeasureAsync(context, workload, cancellationToken);
        }
    }

    private static async Task<ComparisonResult> MeasureAsync(BenchmarkContext context, Workload workload, CancellationToken cancellationToken)
    {
        // Each number a moment first; the best of them and its neighbours are then measured in turn with the automatic one.
        List<double> trials = [];
        foreach (int count in workload.Counts)
        {
            trials.Add((await new WorkloadRun(workload, count).RunAsync(MostItems, workload.TrialLength, cancellationToken)).PerSecond);
        }

        int best = trials.IndexOf(trials.Max());
        int items = (int)Math.Clamp(trials[best] * workload.RunLength.TotalSeconds, 100, MostItems);
        WorkloadRun automatic = new(workload, workers: null);
        Contender ours = ContenderOf("auto", "new … (Workers.Auto)", automatic, items);
        Contender[] peers =
        [
            .. Enumerable.Range(best - 1, 3).Where(i => i >= 0 && i < workload.Counts.Count)
                .Select(i => ContenderOf($"{workload.Counts[i]} workers", $"new … ({workload.Counts[i]})", new WorkloadRun(workload, workload.Counts[i]), items)),
        ];
        string scan = string.Join(", ", workload.Counts.Zip(trials, static (count, trial) => $"{count}: {trial:#,0.#}"));
        ComparisonResult result = await context.Runner.RunAsync(
            new Comparison
            {
                Title = $"Automatic: {workload.Title}",
                Contenders = [ours, .. peers],
                Ratios = [Metric.PerItem],
                Targets = [.. peers.Select(peer => Target.SpeedUp("auto", Metric.PerItem, LeastShare, peer.Name))],
                WarmUps = 0,
                Note = $"{items:N0} calls a run; what a call takes is told of those after the first tenth. Calls a second of every fixed number, {workload.TrialLength.TotalSeconds:0} s each: {scan}.",
            },
            cancellationToken);
        await Console.Error.WriteLineAsync($"  {workload.Title}: ended at {automatic.LastReason}");
        return result;
    }

    private static ProbeContender ContenderOf(string name, string shown, WorkloadRun run, int items) => new()
    {
        Name = name,
        Shown = shown,
        Probe = cancellationToken => run.MeasureAsync(items, cancellationToken),
    };
}
