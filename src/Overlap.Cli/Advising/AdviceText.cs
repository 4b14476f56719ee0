using System.Text;
using Overlap.Advice;
using Overlap.Advice.Drawing;
using Overlap.Cli.Arguments;
using Overlap.Cli.Comparisons;
using Overlap.Cli.Rendering;

namespace Overlap.Cli.Advising;

/// <summary>A recommendation for a reader: what to do, the curve, and what it stands on.</summary>
internal static class AdviceText
{
    // The widest of the words on the left.
    private const int MarkWidth = 14;

    /// <param name="advice">The recommendation.</param>
    /// <param name="isCommand">Whether the items are commands: then the model goes without saying.</param>
    /// <param name="ink">Whether to colour.</param>
    /// <param name="width">The longest line that the text breaks to.</param>
    public static string Of(Recommendation advice, bool isCommand, Ink ink, int width)
    {
        StringBuilder text = new();
        text.Append(ink.Bold($"Recommendation: {WhatOf(advice, isCommand)}")).Append($"    confidence: {Words.Of(advice.Confidence)}\n\n");
        foreach (string line in ScalingText.Draw(advice, Math.Min(width, 100)))
        {
            text.Append("  ").Append(line).Append('\n');
        }

        text.Append('\n');
        Append(text, "Evidence", advice.Evidence, width);
        Append(text, "Predicted", Predicted(advice), width);
        Append(text, "Why not", advice.WhyNot, width);
        Append(text, "Limits", advice.Limits, width);
        Append(text, "Leave it?", advice.LeaveAlone, width);
        Append(text, "Confidence", [.. advice.Doubts.Select((doubt, i) => i == 0 ? $"{Words.Of(advice.Confidence)}: {doubt}" : doubt)], width);
        if (HowTo(advice, isCommand) is { } how)
        {
            Append(text, "Run it", [how], width);
        }

        return text.ToString();
    }

    private static string WhatOf(Recommendation advice, bool isCommand) => (advice.IsWorthIt, isCommand) switch
    {
        (false, _) when advice.Measured.Length == 1 => "none yet",
        (false, _) => "leave it, one after the other",
        (_, true) => $"{advice.Workers:N0} at a time",
        _ => $"{ModelName.Of(advice.Model)}, {advice.Workers:N0} at a time",
    };

    private static string? HowTo(Recommendation advice, bool isCommand) => advice.IsWorthIt
        ? isCommand ? $"overlap run -j {advice.Workers} -- …" : $"overlap {advice.Job} --model {ModelName.Of(advice.Model)} --workers {advice.Workers} …"
        : null;

    private static IReadOnlyList<string> Predicted(Recommendation advice)
    {
        if (advice.Prediction is not { } prediction || !advice.IsWorthIt)
        {
            return [];
        }

        return
        [
            $"{Text.Count(prediction.Items, "item", "items")}: one after the other {Text.Seconds(prediction.OneByOne)}, so {Text.Seconds(prediction.Overlapped)}"
                + $" ({Text.Seconds(prediction.Least)} to {Text.Seconds(prediction.Most)}), {Text.Factor(prediction.SpeedUp.Value)} faster"
                + $" (95 %: {Text.Factor(prediction.SpeedUp.Low)} to {Text.Factor(prediction.SpeedUp.High)}).",
        ];
    }

    private static void Append(StringBuilder text, string mark, IReadOnlyList<string> sentences, int width)
    {
        for (int i = 0; i < sentences.Count; i++)
        {
            text.Append(TextLines.Indent(sentences[i], $"  {(i == 0 ? mark : "")}".PadRight(MarkWidth), width));
        }
    }
}
