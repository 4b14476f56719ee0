using System.Collections.Immutable;
using System.Globalization;

namespace Overlap.Timelines.Drawing;

/// <summary>What a drawing says about a timeline besides the picture.</summary>
internal sealed class TimelineFigures
{
    // Calls in the queue on average; fewer are those that any executor has between two calls.
    private const double QueueSeen = 0.05;

    public TimelineFigures(Timeline timeline, IEnumerable<Timeline> all)
    {
        Timeline = timeline;
        Summary = timeline.Summarize();
        Attribution = new CpuAttribution(timeline);
        Span[] spans = [.. timeline.Lanes.SelectMany(static lane => lane.Spans)];
        Origin = spans.Length == 0 ? 0 : spans.Min(static span => span.Started.Ticks);
        long[] durations = [.. spans.Select(static span => span.Duration.Ticks).Order()];
        P50 = Percentile(durations, 0.50);
        P95 = Percentile(durations, 0.95);
        Longest = Percentile(durations, 1);
        Timeline? inline = all.FirstOrDefault(other => other.Model is "inline" or "sync" && other.Title == timeline.Title);
        TimeSpan inlineWall = inline is null || ReferenceEquals(inline, timeline) ? TimeSpan.Zero : inline.Summarize().Wall;
        SpeedUp = inlineWall > TimeSpan.Zero && Summary.Wall > TimeSpan.Zero ? inlineWall / Summary.Wall : null;
        Bound = BoundOf(timeline, Summary, Longest);
        (PeakInFlight, Tail) = TailOf(spans, Origin, Summary.Wall);
        Critical = CriticalPath.Of(timeline);
        HasProcesses = timeline.Lanes.Select(static lane => lane.ProcessId).Distinct().Skip(1).Any();
        Lanes = HasProcesses ? [.. timeline.Lanes.GroupBy(static lane => lane.ProcessId).SelectMany(static process => process)] : timeline.Lanes;
        HasQueue = spans.Sum(static span => (span.Started - span.Queued).Ticks) > QueueSeen * Summary.Wall.Ticks;
        KnowsCpu = timeline.CpuSamples.Length > 1 || Summary.ProcessCpu > TimeSpan.Zero;
    }

    /// <summary>The lanes as they are drawn: those of a process together.</summary>
    public ImmutableArray<Lane> Lanes { get; }

    /// <summary>Whether lanes ran in more than one process; then each is named with its own.</summary>
    public bool HasProcesses { get; }

    /// <summary>Whether calls stood in the queue for a time worth drawing.</summary>
    public bool HasQueue { get; }

    /// <summary>Whether anybody read a processor's clock; a journal of commands has none.</summary>
    public bool KnowsCpu { get; }

    /// <summary>The lane that ended last.</summary>
    public CriticalPath? Critical { get; }

    public Timeline Timeline { get; }

    public TimelineSummary Summary { get; }

    public CpuAttribution Attribution { get; }

    /// <summary>The first start in ticks: where the drawing begins.</summary>
    public long Origin { get; }

    public TimeSpan P50 { get; }

    public TimeSpan P95 { get; }

    public TimeSpan Longest { get; }

    /// <summary>Inline's wall time by this one's, when inline is among the drawn.</summary>
    public double? SpeedUp { get; }

    public int PeakInFlight { get; }

    /// <summary>The end of the run in which less than half of the workers were busy, when it is worth a remark.</summary>
    public RunTail? Tail { get; }

    /// <summary>The time below which no distribution of these calls over these workers could get.</summary>
    public LowerBound Bound { get; }

    /// <summary>What a reader calls a lane.</summary>
    public string NameOf(Lane lane) => HasProcesses && lane.ProcessId > 0 ? string.Create(CultureInfo.InvariantCulture, $"{lane.Name} {lane.ProcessId}") : lane.Name;

    private static TimeSpan Percentile(long[] ordered, double part) =>
        TimeSpan.FromTicks(ordered.Length == 0 ? 0 : ordered[(int)Math.Ceiling(part * ordered.Length) - 1]);

    private static LowerBound BoundOf(Timeline timeline, TimelineSummary summary, TimeSpan longest)
    {
        LowerBound[] bounds =
        [
            new(longest, "the longest item"),
            new(summary.ProcessCpu / Math.Max(1, timeline.Cores), $"the processor time on {timeline.Cores} cores"),
            new(summary.ItemTime / Math.Max(1, timeline.Workers), $"the items on {timeline.Workers} workers"),
        ];
        return bounds.MaxBy(static bound => bound.Time)!;
    }

    private static (int Peak, RunTail? Tail) TailOf(Span[] spans, long origin, TimeSpan wall)
    {
        (long At, int Change)[] events = new (long, int)[2 * spans.Length];
        for (int i = 0; i < spans.Length; i++)
        {
            events[2 * i] = (spans[i].Started.Ticks, 1);
            events[(2 * i) + 1] = (spans[i].Finished.Ticks, -1);
        }

        Array.Sort(events);
        int inFlight = 0;
        int peak = 0;
        foreach ((_, int change) in events)
        {
            inFlight += change;
            peak = Math.Max(peak, inFlight);
        }

        // From the end back to the last moment at which half of the peak was busy.
        int after = 0;
        long begin = origin;
        for (int i = events.Length - 1; i >= 0; i--)
        {
            after -= events[i].Change;
            if (2 * after >= peak)
            {
                begin = events[i].At;
                break;
            }
        }

        TimeSpan length = TimeSpan.FromTicks(origin + wall.Ticks - begin);
        if (peak < 2 || length < wall * 0.1)
        {
            return (peak, null);
        }

        // At the very moment in which the half is left some end: those that go on are the stragglers.
        Span[] stragglers = [.. spans.Where(span => span.Finished.Ticks > begin).OrderByDescending(static span => span.Finished)];
        return (peak, stragglers.Length == 0 ? null : new RunTail(length, stragglers.Length, stragglers[0]));
    }
}

/// <summary>The stretch at the end of a run in which less than half of the workers were busy.</summary>
internal sealed record RunTail(TimeSpan Length, int Stragglers, Span Last);

/// <summary>A time that no run of these calls could beat, and why.</summary>
internal sealed record LowerBound(TimeSpan Time, string Why);
