using System.Globalization;

namespace Overlap.Advice.Drawing;

/// <summary>Sketches a measured curve in text: a bar for each number of workers, with what the fitted law says marked in it.</summary>
public static class ScalingText
{
    private const int LeastBar = 10;

    // Two numbers, a unit, a word.
    private const int Around = 40;

    private static readonly string[] Eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

    /// <summary>Sketches it.</summary>
    /// <param name="advice">The recommendation.</param>
    /// <param name="width">The columns there are.</param>
    /// <returns>The lines, without line ends.</returns>
    public static IReadOnlyList<string> Draw(Recommendation advice, int width)
    {
        ArgumentNullException.ThrowIfNull(advice);
        IReadOnlyList<MeasuredCount> curve = Curve.Of(advice);
        int columns = Math.Max(LeastBar, width - Around);
        double most = Math.Max(curve.Max(static count => count.Throughput), double.Epsilon);
        int numbers = curve.Max(static count => count.Workers).ToString("N0", CultureInfo.InvariantCulture).Length;
        List<string> lines = [$"{"workers".PadLeft(Math.Max(numbers, 7))}   items a second"];
        foreach (MeasuredCount count in curve)
        {
            string bar = BarOf(count.Throughput / most * columns);
            if (!count.IsRefused && advice.Fit?.Predict(count.Workers) is { } fitted)
            {
                int mark = (int)Math.Clamp(Math.Round(fitted.Value / most * columns), 1, columns) - 1;
                bar = bar.PadRight(columns);
                bar = bar[..mark] + (bar[mark] == ' ' ? '·' : bar[mark]) + bar[(mark + 1)..];
            }

            string word = count.IsRefused ? "refused" : count.Workers == advice.Workers && (advice.IsWorthIt || (count.Workers == 1 && curve.Count > 1)) ? "◄ recommended" : "";
            string workers = count.Workers.ToString("N0", CultureInfo.InvariantCulture).PadLeft(Math.Max(numbers, 7));
            lines.Add($"{workers}   {bar.PadRight(columns)} {Figures.Rate(count.Throughput),9} {word}".TrimEnd());
        }

        return lines;
    }

    private static string BarOf(double columns)
    {
        int whole = (int)columns;
        int eighths = (int)((columns - whole) * 8);
        return new string('█', whole) + Eighths[eighths] is { Length: > 0 } bar ? bar : "▏";
    }
}
