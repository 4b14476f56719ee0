using System.Text.Json;
using Overlap.Cli.Rendering;
using Overlap.Pipelines;

namespace Overlap.Cli.Pipes;

/// <summary>The JSON object of both runs. Its names are promised in docs/cli/pipe.md.</summary>
internal static class PipeJson
{
    public static byte[] Write(PipeSettings settings, IReadOnlyList<PipeResult> runs) => JsonText.Line(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("version", 1);
        json.WriteNumber("count", settings.Count);
        json.WriteNumber("produceSeconds", JsonText.Seconds(settings.Produce));
        json.WriteNumber("workSeconds", JsonText.Seconds(settings.Work));
        json.WriteNumber("capacity", settings.Capacity);
        json.WriteStartArray("runs");
        foreach (PipeResult run in runs)
        {
            Write(json, run);
        }

        json.WriteEndArray();
        bool isSpeedup = runs.Count > 1 && !runs[^1].IsPartial && runs[0].PerSecond > 0;
        JsonText.WriteNumber(json, "speedup", isSpeedup ? runs[^1].PerSecond / runs[0].PerSecond : null);
        json.WriteBoolean("partial", runs[^1].IsPartial);
        json.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter json, PipeResult run)
    {
        json.WriteStartObject();
        json.WriteNumber("workers", run.Workers);
        json.WriteNumber("items", run.Printed);
        json.WriteNumber("wallSeconds", JsonText.Seconds(run.Wall));
        json.WriteNumber("itemsPerSecond", JsonText.Number(run.PerSecond));
        json.WriteString("bottleneck", run.Bottleneck?.Name);
        json.WriteString("bottleneckText", run.Stages.Bottleneck);
        json.WriteStartArray("stages");
        for (int i = 0; i < run.Stages.Stages.Length; i++)
        {
            Write(json, run.Stages.Stages[i], run.Queues[i]);
        }

        json.WriteEndArray();
        json.WriteBoolean("partial", run.IsPartial);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, StageStatistics stage, double queue)
    {
        json.WriteStartObject();
        json.WriteString("name", stage.Name);
        json.WriteNumber("workers", stage.Workers);
        json.WriteNumber("itemsIn", stage.ItemsIn);
        json.WriteNumber("itemsOut", stage.ItemsOut);
        json.WriteNumber("failed", stage.Failed);
        json.WriteNumber("notStarted", stage.NotStarted);
        json.WriteNumber("discarded", stage.Discarded);
        json.WriteNumber("queueMean", JsonText.Number(queue));
        json.WriteNumber("queueCapacity", stage.QueueCapacity);
        json.WriteNumber("elapsedSeconds", JsonText.Seconds(stage.Elapsed));
        json.WriteNumber("workingSeconds", JsonText.Seconds(stage.Working));
        json.WriteNumber("waitingForInputSeconds", JsonText.Seconds(stage.WaitingForInput));
        json.WriteNumber("waitingForOutputSeconds", JsonText.Seconds(stage.WaitingForOutput));
        json.WriteEndObject();
    }
}
