using System.Text;

namespace Overlap.Testing.Exploration.Histories;

/// <summary>Draws a history: time goes down, each lane has a column, each call is a bar from its begin to its end.</summary>
internal static class HistoryText
{
    private const int MostEvents = 60;
    private const int MostNamed = 12;
    private const int WidestColumn = 40;
    private const string Time = "time";

    public static string Of<TState, TOperation, TResult>(
        LinearizableModel<TState, TOperation, TResult> model,
        IReadOnlyList<HistoryCall<TOperation, TResult>> calls,
        LinearizationSearch<TState, TOperation, TResult> search)
    {
        StringBuilder text = new();
        string[] lanes = [.. calls.Select(static call => call.Lane).Distinct()];
        List<(long Stamp, int Lane, string Line, bool IsBegin)> events = [];
        foreach (HistoryCall<TOperation, TResult> call in calls)
        {
            int lane = Array.IndexOf(lanes, call.Lane);
            events.Add((call.Began, lane, Cut($"┌ {model.Describe(call.Operation)}"), true));
            if (call.Ended != long.MaxValue)
            {
                string end = call.IsWithdrawn ? "└ withdrawn" : call.Answer.IsKnown ? $"└ → {call.Answer}" : "└ given up: may have happened";
                events.Add((call.Ended, lane, Cut(end), false));
            }
        }

        events.Sort(static (x, y) => x.Stamp.CompareTo(y.Stamp));
        int[] widths = [.. lanes.Select((name, lane) => events.Where(entry => entry.Lane == lane).Max(entry => entry.Line.Length) is var widest && widest > name.Length ? widest : name.Length)];
        int[] open = new int[lanes.Length];
        int digits = Math.Max(Time.Length, $"{events[^1].Stamp}".Length);
        text.Append(Time.PadLeft(digits));
        for (int lane = 0; lane < lanes.Length; lane++)
        {
            text.Append("  ").Append(lanes[lane].PadRight(widths[lane]));
        }

        EndLine(text);
        int left = Math.Max(0, events.Count - MostEvents);
        if (left > 0)
        {
            text.Append("…".PadLeft(digits)).Append($"  {left} earlier events").AppendLine();
        }

        for (int row = 0; row < events.Count; row++)
        {
            (long stamp, int own, string line, bool isBegin) = events[row];
            open[own] += isBegin ? 1 : -1;
            if (row < left)
            {
                continue;
            }

            text.Append($"{stamp}".PadLeft(digits));
            for (int lane = 0; lane < lanes.Length; lane++)
            {
                text.Append("  ").Append((lane == own ? line : open[lane] > 0 ? "│" : "").PadRight(widths[lane]));
            }

            EndLine(text);
        }

        Explain(text, model, search);
        return text.ToString();
    }

    private static void Explain<TState, TOperation, TResult>(
        StringBuilder text, LinearizableModel<TState, TOperation, TResult> model, LinearizationSearch<TState, TOperation, TResult> search)
    {
        if (search.Longest.Count == 0)
        {
            text.Append("No call could have been the first: the state was ");
        }
        else
        {
            int left = Math.Max(0, search.Longest.Count - MostNamed);
            text.Append("The longest order that fits: ").Append(left > 0 ? $"{left} calls, " : "")
                .AppendJoin(", ", search.Longest.Skip(left).Select(call => $"{call.Lane} {model.Describe(call.Operation)} → {call.Answer}"));
            text.Append("; the state is then ");
        }

        text.Append(model.DescribeState(search.LongestState!)).Append('.').AppendLine();
    }

    private static string Cut(string line)
    {
        line = line.ReplaceLineEndings(" ");
        return line.Length <= WidestColumn ? line : string.Concat(line.AsSpan(0, WidestColumn - 1), "…");
    }

    private static void EndLine(StringBuilder text)
    {
        while (text[^1] == ' ')
        {
            text.Length--;
        }

        text.AppendLine();
    }
}
