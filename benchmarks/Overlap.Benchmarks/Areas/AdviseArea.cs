using System.Runtime.CompilerServices;
using Overlap.Advice;
using Overlap.Benchmarks.Areas.Auto;
using Overlap.Benchmarks.Measuring;
using Overlap.Executors;

namespace Overlap.Benchmarks.Areas;

/// <summary>What is advised within ten seconds against fixed numbers of workers measured at length, over eight kinds of work.</summary>
internal sealed class AdviseArea : BenchmarkArea
{
    private const double NearlyBest = 0.95;
    private const double CloseTo = 0.25;
    private const int MostItems = 2_000_000;

    public override string Name => "advise";

    public override string Summary => "the advised number of workers against the best fixed one, over eight workloads";

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
        await workload.ForgetAsync(cancellationToken);
        Recommendation advice = await AdviseAsync(workload, cancellationToken);
        int[] counts = [.. workload.Counts.Append(advice.Workers).Distinct().Order()];
        List<double> trials = [];
        foreach (int count in counts)
        {
            trials.Add((await new WorkloadRun(workload, count).RunAsync(MostItems, workload.TrialLength, cancellationToken)).PerSecond);
        }

        int best = trials.IndexOf(trials.Max());
        int least = counts[trials.FindIndex(trial => trial >= trials[best] * NearlyBest)];
        bool isClose = Math.Abs(advice.Workers - least) <= least * CloseTo;
        bool isRight = advice.Model == (workload.Blocks ? ExecutionModel.Threads : ExecutionModel.Async);
        int items = (int)Math.Clamp(trials[best] * workload.RunLength.TotalSeconds, 100, MostItems);
        Contender ours = ContenderOf("advised", new WorkloadRun(workload, advice.Workers), advice.Workers, items);
        Contender[] peers = counts[best] == advice.Workers ? [] : [ContenderOf($"{counts[best]} workers", new WorkloadRun(workload, counts[best]), counts[best], items)];
        string scan = string.Join(", ", counts.Zip(trials, static (count, trial) => $"{count}: {trial:#,0.#}"));
        string how = isClose ? $"within a quarter of {least}, the least that does 95 % of the best" : $"not near {least}, the least that does 95 % of the best";
        ComparisonResult result = await context.Runner.RunAsync(
            new Comparison
            {
                Title = $"Advice: {workload.Title}",
                Contenders = [ours, .. peers],
                Ratios = [Metric.PerItem],

                // Close by its number it need not be as fast.
                Targets = isClose ? [] : [.. peers.Select(static peer => Target.SpeedUp("advised", Metric.PerItem, NearlyBest, peer.Name))],
                WarmUps = 0,
                Note = $"Advised in {advice.Spent.TotalSeconds:0.0} s, confidence {advice.Confidence}: {advice.Model}, {advice.Workers}, {how}; the {(isRight ? "right" : "wrong")} model."
                    + $" Calls a second of every fixed number, {workload.TrialLength.TotalSeconds:0} s each: {scan}.",
            },
            cancellationToken);
        await Console.Error.WriteLineAsync($"  {workload.Title}: {advice.Model}, {advice.Workers} ({how}; {(isRight ? "right" : "wrong")} model)");
        return result;
    }

    private static Task<Recommendation> AdviseAsync(Workload workload, CancellationToken cancellationToken)
    {
        IEnumerable<int> sample = Enumerable.Range(0, MostItems);
        return workload.Blocks
            ? Advisor.MeasureAsync((int _, CancellationToken token) => workload.DoAsync(token).GetAwaiter().GetResult(), sample, cancellationToken: cancellationToken)
            : Advisor.MeasureAsync((int _, CancellationToken token) => workload.DoAsync(token), sample, cancellationToken: cancellationToken);
    }

    private static ProbeContender ContenderOf(string name, WorkloadRun run, int workers, int items) => new()
    {
        Name = name,
        Shown = $"new … ({workers})",
        Probe = cancellationToken => run.MeasureAsync(items, cancellationToken),
    };
}
