using System.Text.Json;
using Overlap.Advice;
using Overlap.Advice.Scaling;
using Overlap.Cli.Arguments;
using Overlap.Cli.Comparisons;
using Overlap.Cli.Rendering;

namespace Overlap.Cli.Advising;

/// <summary>The JSON object of a recommendation. Its names are promised in docs/cli/advise.md.</summary>
internal static class AdviceJson
{
    public static byte[] Write(Recommendation advice) => JsonText.Line(json => Write(json, advice));

    private static void Write(Utf8JsonWriter json, Recommendation advice)
    {
        json.WriteStartObject();
        json.WriteNumber("version", 1);
        json.WriteString("job", advice.Job);
        json.WriteString("model", ModelName.Of(advice.Model));
        json.WriteNumber("workers", advice.Workers);
        json.WriteBoolean("worthIt", advice.IsWorthIt);
        json.WriteString("bound", Words.Of(advice.Bound));
        json.WriteString("confidence", Words.Of(advice.Confidence));
        json.WriteNumber("cores", advice.Cores);
        Write(json, advice.Item);
        json.WriteStartArray("measured");
        foreach (MeasuredCount count in advice.Measured)
        {
            Write(json, count);
        }

        json.WriteEndArray();
        Write(json, advice.Fit);
        Write(json, advice.Prediction);
        Write(json, "evidence", advice.Evidence);
        Write(json, "whyNot", advice.WhyNot);
        Write(json, "limits", advice.Limits);
        Write(json, "leaveAlone", advice.LeaveAlone);
        Write(json, "doubts", advice.Doubts);
        JsonText.WriteNumber(json, "foreignLoad", advice.ForeignLoad);
        json.WriteNumber("budgetSeconds", JsonText.Seconds(advice.Budget));
        json.WriteNumber("spentSeconds", JsonText.Seconds(advice.Spent));
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ItemProfile item)
    {
        json.WriteStartObject("item");
        json.WriteNumber("measured", item.Items);
        json.WriteNumber("seconds", JsonText.Seconds(item.Duration));
        json.WriteNumber("computingSeconds", JsonText.Seconds(item.Computing));
        json.WriteNumber("waitingSeconds", JsonText.Seconds(item.Waiting));
        json.WriteNumber("delayedSeconds", JsonText.Seconds(item.Delayed));
        json.WriteNumber("blockedSeconds", JsonText.Seconds(item.Blocked));
        json.WriteNumber("waitShare", JsonText.Number(item.WaitShare));
        JsonText.WriteNumber(json, "voluntarySwitches", item.VoluntarySwitches);
        JsonText.WriteNumber(json, "involuntarySwitches", item.InvoluntarySwitches);
        json.WriteNumber("firstSeconds", JsonText.Seconds(item.First));
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, MeasuredCount count)
    {
        json.WriteStartObject();
        json.WriteString("model", ModelName.Of(count.Model));
        json.WriteNumber("workers", count.Workers);
        json.WriteNumber("perSecond", JsonText.Number(count.Throughput));
        json.WriteNumber("standardError", JsonText.Number(count.StandardError));
        json.WriteNumber("itemSeconds", JsonText.Seconds(count.Latency));
        json.WriteNumber("items", count.Items);
        json.WriteNumber("failed", count.Failed);
        json.WriteBoolean("refused", count.IsRefused);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ScalingFit? fit)
    {
        if (fit is null)
        {
            json.WriteNull("fit");
            return;
        }

        json.WriteStartObject("fit");
        json.WriteString("law", fit.Law.ToString().ToLowerInvariant());
        json.WriteNumber("perSecondOfOne", JsonText.Number(fit.Rate));
        json.WriteNumber("contention", Math.Round((decimal)fit.Contention, 9));
        json.WriteNumber("coherence", Math.Round((decimal)fit.Coherence, 9));
        JsonText.WriteNumber(json, "ceilingPerSecond", fit.Ceiling);
        json.WriteNumber("rSquared", JsonText.Number(fit.RSquared));
        json.WriteNumber("measuredTo", fit.MeasuredTo);
        JsonText.WriteNumber(json, "peak", fit.Peak);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Prediction? prediction)
    {
        if (prediction is null)
        {
            json.WriteNull("prediction");
            return;
        }

        json.WriteStartObject("prediction");
        json.WriteNumber("items", prediction.Items);
        json.WriteNumber("oneByOneSeconds", JsonText.Seconds(prediction.OneByOne));
        json.WriteNumber("seconds", JsonText.Seconds(prediction.Overlapped));
        json.WriteNumber("leastSeconds", JsonText.Seconds(prediction.Least));
        json.WriteNumber("mostSeconds", JsonText.Seconds(prediction.Most));
        json.WriteNumber("speedup", JsonText.Number(prediction.SpeedUp.Value));
        json.WriteNumber("leastSpeedup", JsonText.Number(prediction.SpeedUp.Low));
        json.WriteNumber("mostSpeedup", JsonText.Number(prediction.SpeedUp.High));
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, IEnumerable<string> sentences)
    {
        json.WriteStartArray(name);
        foreach (string sentence in sentences)
        {
            json.WriteStringValue(sentence);
        }

        json.WriteEndArray();
    }
}
