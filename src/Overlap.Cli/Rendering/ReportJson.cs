using System.Text.Json;
using Overlap.Cli.Arguments;
using Overlap.Cli.Jobs;

namespace Overlap.Cli.Rendering;

/// <summary>The JSON object of one run. Its names are promised in docs/cli/index.md.</summary>
internal static class ReportJson
{
    public static byte[] Write(RunReport report) => JsonText.Line(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("version", 1);
        json.WriteString("job", report.Job);
        json.WriteString("model", ModelName.Of(report.Model));
        json.WriteNumber("workers", report.Workers);
        if (report.Adaptation is { } adaptation)
        {
            json.WriteString("workersReason", adaptation.Reason);
        }

        json.WriteNumber("items", report.Items);
        json.WriteNumber("succeeded", report.Succeeded);
        json.WriteNumber("failed", report.Failed);
        json.WriteNumber("retried", report.Retried);
        json.WriteNumber("wallSeconds", JsonText.Seconds(report.Wall));
        json.WriteNumber("cpuSeconds", JsonText.Seconds(report.Cpu));
        json.WriteNumber("overlapFactor", JsonText.Number(report.OverlapFactor));
        json.WriteNumber("waitShare", JsonText.Number(report.WaitShare));
        WriteItemSeconds(json, report);
        json.WriteBoolean("partial", report.Partial);
        json.WriteEndObject();
    });

    public static void WriteItemSeconds(Utf8JsonWriter json, RunReport report)
    {
        json.WriteStartObject("itemSeconds");
        json.WriteNumber("p50", JsonText.Seconds(report.Median));
        json.WriteNumber("p95", JsonText.Seconds(report.Percentile95));
        json.WriteNumber("max", JsonText.Seconds(report.Longest));
        json.WriteEndObject();
    }
}
