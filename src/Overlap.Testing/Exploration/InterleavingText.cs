using System.Globalization;
using System.Text;

namespace Overlap.Testing.Exploration;

/// <summary>Tells an exploration as text: what was found, the interleaving with a column for each lane, the seed.</summary>
internal static class InterleavingText
{
    private const int Width = 120;
    private const int NumberWidth = 4;
    private const int Gap = 2;
    private const int NarrowestLane = 18;

    public static string Of(ExplorationResult result)
    {
        StringBuilder text = new();
        string schedules = Count(result.Schedules, "schedule");
        if (result.Failure is not { } failure)
        {
            string all = result.IsExhausted ? ", all that there are within its bound" : "";
            return $"{result.Program}: nothing found in {schedules}{all} ({result.Strategy})";
        }

        string found = result.Strategy == "replay" ? "replayed" : string.Create(CultureInfo.InvariantCulture, $"found in schedule {failure.FoundAt:N0}, {result.Strategy}");
        text.Append($"{result.Program}: {Words(failure.Kind)} ({found})\n");
        foreach (string line in Wrap(failure.Message, Width - Gap))
        {
            text.Append(' ', Gap).Append(line).Append('\n');
        }

        text.Append('\n');
        if (failure.Steps.Count > 0)
        {
            Draw(text, failure);
            text.Append('\n');
        }

        return text.Append(' ', Gap).Append("seed ").Append(failure.Seed).ToString();
    }

    private static string Count(int count, string noun) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {noun}{(count == 1 ? "" : "s")}");

    private static string Words(FailureKind kind) => kind switch
    {
        FailureKind.Assertion => "failed assertion",
        FailureKind.LostUpdate => "lost update",
        FailureKind.LostWakeUp => "lost wake-up",
        FailureKind.UnobservedException => "unobserved exception",
        FailureKind.NotLinearizable => "not linearizable",
        FailureKind.Endless => "endless schedule",
        FailureKind.TooManyLanes => "too many lanes",
        FailureKind.Escape => "escape from the explorer",
        FailureKind.Blocked => "blocked thread",
        _ => kind.ToString().ToLowerInvariant(),
    };

    private static void Draw(StringBuilder text, ExplorationFailure failure)
    {
        string[] lanes = [.. failure.Steps.Select(static step => step.Lane).Distinct().OrderBy(lane => PlaceOf(lane, failure.Lanes))];
        int places = failure.Steps.Max(static step => PlaceText(step).Length);
        int room = Width - NumberWidth - places - Gap;
        int[] widths = [.. lanes.Select(lane => failure.Steps.Where(step => step.Lane == lane).Max(step => Math.Max(lane.Length, LongestLine(step))))];

        // Too wide: the widest gives first, down to where its text would be torn to pieces.
        while (widths.Sum() + (Gap * lanes.Length) > room && widths.Max() > NarrowestLane)
        {
            widths[Array.IndexOf(widths, widths.Max())]--;
        }

        if (widths.Sum() + (Gap * lanes.Length) > room)
        {
            // One column of names, one of what they do.
            int names = lanes.Max(static lane => lane.Length);
            int actions = Math.Min(room - names - (2 * Gap), failure.Steps.Max(LongestLine));
            DrawRows(text, failure.Steps, [names, actions], static _ => 1, isNamed: true);
            return;
        }

        text.Append(' ', NumberWidth);
        for (int i = 0; i < lanes.Length; i++)
        {
            text.Append(' ', Gap).Append(i == lanes.Length - 1 ? lanes[i] : lanes[i].PadRight(widths[i]));
        }

        text.Append('\n');
        DrawRows(text, failure.Steps, widths, step => Array.IndexOf(lanes, step.Lane), isNamed: false);
    }

    private static void DrawRows(StringBuilder text, IReadOnlyList<ExplorationStep> steps, int[] widths, Func<ExplorationStep, int> columnOf, bool isNamed)
    {
        int last = 0;
        foreach (ExplorationStep step in steps)
        {
            if (step.Number > last + 1)
            {
                text.Append(CultureInfo.InvariantCulture, $"{"…",NumberWidth}  {step.Number - last - 1:N0} more\n");
            }

            last = step.Number;
            int column = columnOf(step);
            int before = widths.Take(column).Sum() + (Gap * (column + 1));
            string place = PlaceText(step);
            bool isFirst = true;
            foreach (string line in Lines(step, widths[column]))
            {
                string number = isFirst ? step.Number.ToString(CultureInfo.InvariantCulture) : "";
                string left = isNamed && isFirst ? new string(' ', Gap) + step.Lane : "";
                string row = number.PadLeft(NumberWidth) + left.PadRight(before) + line;
                if (isFirst && place.Length > 0)
                {
                    row = row.PadRight(NumberWidth + widths.Sum() + (Gap * (widths.Length + 1))) + place;
                }

                text.Append(row.TrimEnd()).Append('\n');
                isFirst = false;
            }
        }
    }

    private static int PlaceOf(string lane, IReadOnlyList<string> lanes)
    {
        for (int i = 0; i < lanes.Count; i++)
        {
            if (lanes[i] == lane)
            {
                return i;
            }
        }

        return lanes.Count;
    }

    private static string PlaceText(ExplorationStep step) => step.File is null ? "" : $"{step.File}:{step.Line}";

    private static int LongestLine(ExplorationStep step) => Math.Max(step.Action.Length, step.Remark?.Length ?? 0);

    private static IEnumerable<string> Lines(ExplorationStep step, int width) =>
        step.Remark is null ? Wrap(step.Action, width) : Wrap(step.Action, width).Concat(Wrap(step.Remark, width));

    private static IEnumerable<string> Wrap(string text, int width)
    {
        text = text.ReplaceLineEndings(" ");
        while (text.Length > width)
        {
            int space = text.LastIndexOf(' ', width);
            int end = space > 0 ? space : width;
            yield return text[..end];
            text = text[end..].TrimStart();
        }

        yield return text;
    }
}
