using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Overlap.Timelines.Drawing;

/// <summary>Draws recordings in lines of text, lanes against time.</summary>
/// <remarks>
/// A sign stands for the phase of one column. Where phases share a column, signs are given in turn so that their numbers along a
/// lane are in proportion; a phase that occurs in a lane has at least one sign. The recordings of one job share one scale; one that would be
/// a few columns wide is drawn magnified below as well, with an axis of its own.
/// </remarks>
public static class TimelineText
{
    private const int MaxGutter = 16;

    // A run narrower than this part of the scale shows nothing but its length.
    private const int MagnifyBelow = 8;

    /// <summary>Draws recordings, one below the other, those of one job on one time scale.</summary>
    /// <param name="timelines">The recordings.</param>
    /// <param name="options">Width, colour and signs.</param>
    /// <returns>Lines without line ends, none longer than the width (colour codes not counted).</returns>
    public static ImmutableArray<string> Draw(IReadOnlyList<Timeline> timelines, TimelineTextOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(timelines);
        return new Canvas(timelines, options ?? new TimelineTextOptions()).Draw();
    }

    private sealed class Canvas(IReadOnlyList<Timeline> timelines, TimelineTextOptions options)
    {
        private readonly ImmutableArray<string>.Builder _lines = ImmutableArray.CreateBuilder<string>();
        private readonly PhaseSigns _signs = new(options.Ascii, options.Color);
        private int _gutter;

        public ImmutableArray<string> Draw()
        {
            TimelineFigures[] all = [.. timelines.Select(timeline => new TimelineFigures(timeline, timelines))];
            int names = all.SelectMany(static figures => figures.Lanes.Select(figures.NameOf)).Take(10_000)
                .Select(static name => name.Length).DefaultIfEmpty(0).Max();
            _gutter = Math.Clamp(Math.Max(names, 9), 9, Math.Min(MaxGutter, options.Width / 4)) + 1;
            int columns = options.Width - _gutter;
            foreach (IGrouping<string, TimelineFigures> job in all.GroupBy(static figures => figures.Timeline.Title))
            {
                long longest = TimeScale.LengthOf(job);
                Add(LabelText.Line(job.Key, options.Width), bold: true);
                foreach (TimelineFigures figures in job)
                {
                    DrawOne(figures, new TimeScale(figures.Origin, longest, columns));
                }

                DrawAxis(longest, columns, job.Skip(1).Any() ? "one scale" : "");
                Add("");
            }

            foreach (string line in Wrap(_signs.Legend(), options.Width, atDots: false))
            {
                _lines.Add(line);
            }

            return _lines.DrainToImmutable();
        }

        private void DrawOne(TimelineFigures figures, TimeScale shared)
        {
            Add("");
            Add($"{LabelText.Line(figures.Timeline.Model, 24)}: {Wording.Speed(figures)} · {Wording.Crew(figures)}", bold: true);
            Add($"{Wording.Shares(figures)}");
            Add($"{Wording.Items(figures)}");
            long wall = Math.Max(1, figures.Summary.Wall.Ticks);
            if (wall >= shared.Length / MagnifyBelow)
            {
                DrawLanes(figures, shared);
            }
            else
            {
                Row("all", _signs.Row(PhaseColumns.Of(figures.Timeline.Lanes, figures.Attribution, shared)[..EndOf(figures, shared)]));
                string factor = Wording.Factor((double)shared.Length / wall);
                AddIndented($"magnified {factor} times:");
                DrawLanes(figures, shared with { Length = wall });
                DrawAxis(wall, shared.Columns, $"×{factor}");
            }

            foreach (string remark in Wording.Remarks(figures))
            {
                AddIndented(remark);
            }
        }

        private void DrawLanes(TimelineFigures figures, TimeScale scale)
        {
            ImmutableArray<Lane> lanes = figures.Lanes;
            int end = EndOf(figures, scale);
            ImmutableArray<Lane> shown = LaneChoice.Of(lanes, options.MaxLanes);
            foreach (Lane lane in shown)
            {
                Row(figures.NameOf(lane), _signs.Row(PhaseColumns.Of(lane, figures.Attribution, scale)[..end]));
            }

            if (shown.Length < lanes.Length)
            {
                string dots = options.Ascii ? "..." : "…";
                AddIndented(string.Create(CultureInfo.InvariantCulture, $"{dots} {lanes.Length - shown.Length:#,0} more between them"));
            }

            if (lanes.Length > 1)
            {
                PhaseMix[] sums = PhaseColumns.Of(lanes, figures.Attribution, scale);
                double[] inFlight = [.. sums.Take(end).Select(static mix => mix.Busy)];
                Row("in flight", _signs.Spark(inFlight, Math.Max(1, figures.PeakInFlight)), $"of {figures.PeakInFlight}");
            }

            if (figures.HasQueue)
            {
                double[] queued = [.. QueueLevels.Of(figures.Timeline, scale).Take(end)];
                double most = Math.Max(1, queued.Max());
                Row("queued", _signs.Spark(queued, most), string.Create(CultureInfo.InvariantCulture, $"of {most:0}"));
            }

            if (!figures.Timeline.Limits.IsEmpty)
            {
                int most = LimitLevels.MostOf(figures.Timeline);
                Row("limit", _signs.Spark([.. LimitLevels.Of(figures.Timeline, scale).Take(end)], Math.Max(1, most)), $"of {most}");
            }

            if (figures.Timeline.CpuSamples.Length > 1)
            {
                double[] cpu = [.. PhaseColumns.CpuOf(figures.Timeline, figures.Attribution, scale).Take(end)];
                Row("CPU", _signs.Spark(cpu, figures.Timeline.Cores), $"of {Wording.Count(figures.Timeline.Cores, "core")}");
            }
        }

        // What lies behind the end of a run is not idle: there is no run.
        private static int EndOf(TimelineFigures figures, TimeScale scale) =>
            scale.ColumnOf(scale.Origin + Math.Max(0, Math.Min(scale.Length, figures.Summary.Wall.Ticks) - 1)) + 1;

        private void DrawAxis(long length, int columns, string name)
        {
            StringBuilder axis = new(new string(' ', columns));
            foreach (TimeSpan mark in TimeScale.Marks(length, columns / 14))
            {
                string text = (options.Ascii ? "|" : "└") + (options.Ascii ? Wording.Mark(mark).Replace('µ', 'u') : Wording.Mark(mark));
                int column = (int)((double)mark.Ticks / length * columns);
                if (column + text.Length <= columns)
                {
                    _ = axis.Remove(column, text.Length).Insert(column, text);
                }
            }

            _lines.Add(Plain(name).PadRight(_gutter) + axis.ToString().TrimEnd());
        }

        // A remark stands behind a row that leaves room for it.
        private void Row(string name, string signs, string? remark = null)
        {
            string label = Plain(LabelText.Line(name, _gutter - 1)).PadRight(_gutter);
            signs = signs.TrimEnd(' ');
            int used = PhaseSigns.LengthOf(signs);
            bool fits = remark is not null && _gutter + used + 1 + remark.Length <= options.Width;
            _lines.Add(label + signs + (fits ? " " + remark : ""));
        }

        private void Add(string line, bool bold = false)
        {
            foreach (string part in Wrap(Plain(line), options.Width, atDots: true))
            {
                _lines.Add(bold && options.Color ? $"\e[1m{part}\e[0m" : part);
            }
        }

        private void AddIndented(string line)
        {
            foreach (string part in Wrap(Plain(line), options.Width - _gutter, atDots: false))
            {
                _lines.Add(new string(' ', _gutter) + part);
            }
        }

        private string Plain(string text) => options.Ascii ? PhaseSigns.ToAscii(text) : text;

        // Breaks at the last separator between remarks, else at the last space, else where the line ends.
        private static IEnumerable<string> Wrap(string line, int width, bool atDots)
        {
            while (PhaseSigns.LengthOf(line) > width)
            {
                int at = -1;
                int dot = -1;
                for (int i = 0, seen = 0; i < line.Length && seen <= width; i++)
                {
                    if (line[i] == '\e')
                    {
                        i = line.IndexOf('m', i);
                        continue;
                    }

                    at = line[i] == ' ' ? i : at;
                    dot = line[i] == ' ' && i + 1 < line.Length && line[i + 1] == '·' ? i : line[i] == ',' ? i + 1 : dot;
                    seen++;
                }

                at = atDots && dot > 0 ? dot : at > 0 ? at : Math.Min(width, line.Length);
                yield return line[..at].TrimEnd();
                line = atDots ? line[at..].TrimStart(' ', '·', ',') : line[at..].TrimStart();
            }

            yield return line;
        }
    }
}
