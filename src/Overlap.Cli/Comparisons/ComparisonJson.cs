using System.Text.Json;
using Overlap.Advice;
using Overlap.Cli.Arguments;
using Overlap.Cli.Jobs;
using Overlap.Cli.Rendering;

namespace Overlap.Cli.Comparisons;

/// <summary>The JSON object of a comparison. Its names are promised in docs/cli/compare.md.</summary>
internal static class ComparisonJson
{
    public static byte[] Write(IReadOnlyList<Comparison> comparisons) => JsonText.Line(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("version", 1);
        json.WriteStartArray("comparisons");
        foreach (Comparison comparison in comparisons)
        {
            Write(json, comparison);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter json, Comparison comparison)
    {
        json.WriteStartObject();
        json.WriteString("job", comparison.Job);
        json.WriteNumber("items", comparison.Items);
        json.WriteStartArray("runs");
        foreach (ComparisonRow row in comparison.Rows)
        {
            RunReport run = row.Fastest;
            json.WriteStartObject();
            json.WriteString("model", ModelName.Of(run.Model));
            json.WriteNumber("workers", run.Workers);
            json.WriteNumber("wallSeconds", JsonText.Seconds(run.Wall));
            json.WriteNumber("medianWallSeconds", JsonText.Seconds(row.MedianWall));
            JsonText.WriteNumber(json, "speedup", comparison.SpeedupOf(row));
            json.WriteNumber("cpuSeconds", JsonText.Seconds(run.Cpu));
            json.WriteNumber("overlapFactor", JsonText.Number(run.OverlapFactor));
            json.WriteNumber("waitShare", JsonText.Number(run.WaitShare));
            json.WriteNumber("failed", run.Failed);
            ReportJson.WriteItemSeconds(json, run);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Write(json, comparison.Verdict);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Verdict? verdict)
    {
        if (verdict is null)
        {
            json.WriteNull("verdict");
            return;
        }

        json.WriteStartObject("verdict");
        json.WriteString("bound", Words.Of(verdict.Bound));
        json.WriteString("model", ModelName.Of(verdict.Model));
        json.WriteNumber("workers", verdict.Workers);
        json.WriteString("confidence", Words.Of(verdict.Confidence));
        json.WriteStartArray("evidence");
        foreach (string sentence in verdict.Evidence)
        {
            json.WriteStringValue(sentence);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
