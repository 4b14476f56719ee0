using System.Text;
using Overlap.Benchmarks.Measuring;

namespace Overlap.Benchmarks.Reporting;

/// <summary>Tells the outcome of a comparison in Markdown: a table, what was to be reached, how it was run.</summary>
internal static class ComparisonReport
{
    private const string None = "–";

    public static string Write(ComparisonResult result)
    {
        Comparison comparison = result.Comparison;
        StringBuilder text = new();
        text.Append($"### {comparison.Title}\n\n").Append(Table(result)).Append('\n');
        text.Append($"Median (minimum–maximum) of {result.Rounds} interleaved rounds; a ratio is taken in each round. {Calm(result)}");
        text.Append(comparison.Note is null ? "\n\n" : $" {comparison.Note}\n\n");
        string[] targets = [.. comparison.Targets.Select(target => target.Judge(result)).OfType<string>()];
        if (targets.Length > 0)
        {
            text.Append($"Targets:\n\n{string.Concat(targets.Select(static line => $"- {line}\n"))}\n");
        }

        text.Append("Commands:\n\n");
        foreach (Contender contender in comparison.Contenders)
        {
            text.Append($"- {contender.Name}: `{contender.Shown}`\n");
        }

        return text.ToString();
    }

    private static string Table(ComparisonResult result)
    {
        Comparison comparison = result.Comparison;
        string ours = comparison.Contenders[0].Name;
        Metric[] metrics = [.. result.Metrics];
        MarkdownTable table = new(
        [
            "contender",
            .. metrics.Select(static metric => $"{metric.Name}, {metric.Unit}"),
            .. comparison.Ratios.Select(static metric => $"ours ÷ this, {metric.Name}"),
        ]);
        foreach (string name in comparison.Contenders.Select(static contender => contender.Name))
        {
            table.Add(
            [
                name,
                .. metrics.Select(metric => result.Has(name, metric) ? result.Spread(name, metric).ToString(metric.Format) : None),
                .. comparison.Ratios.Select(metric => name != ours && result.Has(name, metric) ? Ratio(result.Ratio(ours, name, metric)) : None),
            ]);
        }

        return table.ToString();
    }

    private static string Ratio(Spread ratio) => ratio.ToString(Spread.RatioFormat(ratio.Median));

    private static string Calm(ComparisonResult result)
    {
        string repeated = result.Repeated == 0 ? "" : $"{result.Repeated} rounds were measured again. ";
        return result.ForeignCpu > InterleavedRunner.CalmForeignCpu
            ? $"{repeated}**Rough**: other processes took up to {result.ForeignCpu:P0} of the processors."
            : $"{repeated}Other processes took at most {result.ForeignCpu:P0} of the processors.";
    }
}
