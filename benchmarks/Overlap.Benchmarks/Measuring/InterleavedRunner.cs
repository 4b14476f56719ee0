namespace Overlap.Benchmarks.Measuring;

/// <summary>Runs contenders in turn, A B C A B C …, so that whatever changes on the machine meanwhile meets all of them.</summary>
internal sealed class InterleavedRunner(int rounds, TextWriter progress)
{
    /// <summary>The share of the processors that others may take before a round is measured again.</summary>
    public const double CalmForeignCpu = 0.10;

    public async Task<ComparisonResult> RunAsync(Comparison comparison, CancellationToken cancellationToken)
    {
        int wanted = Math.Min(rounds, comparison.MostRounds);
        progress.WriteLine($"{comparison.Title}: {comparison.Contenders.Count} contenders, {wanted} rounds");
        for (int warmUp = 0; warmUp < comparison.WarmUps; warmUp++)
        {
            await RunRoundAsync(comparison, cancellationToken);
        }

        // A machine that never calms down still gives figures: the calmest rounds, and the report says how busy they were.
        List<Measurement[]> measured = [];
        for (int attempt = 0; attempt < wanted * 2 && measured.Count(IsCalm) < wanted; attempt++)
        {
            Measurement[] round = await RunRoundAsync(comparison, cancellationToken);
            measured.Add(round);
            progress.WriteLine($"  round {measured.Count}{(IsCalm(round) ? "" : ", other processes busy")}: {Line(comparison, round)}");
        }

        Measurement[][] kept = [.. measured.OrderBy(static round => IsCalm(round) ? 0 : WorstForeignCpu(round)).Take(wanted)];
        return new ComparisonResult(comparison, kept, measured.Count - kept.Length);
    }

    private static async Task<Measurement[]> RunRoundAsync(Comparison comparison, CancellationToken cancellationToken)
    {
        Measurement[] round = new Measurement[comparison.Contenders.Count];
        for (int i = 0; i < round.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            round[i] = await comparison.Contenders[i].RunAsync(cancellationToken);
        }

        return round;
    }

    private static bool IsCalm(Measurement[] round) => WorstForeignCpu(round) <= CalmForeignCpu;

    private static double WorstForeignCpu(Measurement[] round) => round.Max(static measurement => measurement.ForeignCpu);

    private static string Line(Comparison comparison, Measurement[] round) =>
        string.Join(" · ", comparison.Contenders.Zip(round, static (contender, measurement) =>
        {
            (Metric metric, double value) = measurement.Values.First();
            return $"{contender.Name} {value.ToString(metric.Format)} {metric.Unit}";
        }));
}
