using Overlap.Cli.Arguments;
using Overlap.Cli.Jobs;

namespace Overlap.Cli.Rendering;

/// <summary>The line that ends a run: what was done, how fast, how much of it at the same time.</summary>
internal static class Summary
{
    public static string Of(RunReport report)
    {
        List<string> parts = [$"{report.Succeeded:N0} ok, {report.Failed:N0} failed, {report.Retried:N0} retried"];
        if (report.DoneBefore > 0)
        {
            parts.Add($"{report.DoneBefore:N0} done before");
        }

        if (report.BytesReceived > 0)
        {
            parts.Add(Text.Bytes(report.BytesReceived));
        }

        parts.Add(OneAfterTheOther(report));
        parts.Add($"{ModelName.Of(report.Model)}, {Text.Count(report.Workers, "worker", "workers")}{(report.Adaptation is { } adaptation ? $" (auto: {adaptation.Reason})" : "")}");
        if (report.Items > 0)
        {
            parts.Add($"p95 {Text.Seconds(report.Percentile95)}");
        }

        parts.Add($"CPU {report.Cpu / Max(report.Wall) / Environment.ProcessorCount * 100:0} % of {Text.Count(Environment.ProcessorCount, "core", "cores")}");
        return string.Join(" · ", parts);
    }

    // The items' own times added up are what doing them one after the other would have taken, as long as they did not slow each other down.
    private static string OneAfterTheOther(RunReport report) => report.OverlapFactor >= 1.5
        ? $"{Text.Seconds(report.Wall)} ({report.OverlapFactor:0.#} in work at a time on average)"
        : Text.Seconds(report.Wall);

    private static TimeSpan Max(TimeSpan wall) => wall > TimeSpan.Zero ? wall : TimeSpan.FromTicks(1);
}
