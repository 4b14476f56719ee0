using System.Collections.Immutable;
using System.Text.Json;

namespace Overlap.Timelines.Drawing;

/// <summary>Writes recordings as trace events that Perfetto, speedscope and Chrome open.</summary>
/// <remarks>
/// Shape: one process per recording and operating-system process, one thread per lane; a slice per call with slices of its phases inside,
/// and counters of calls in flight and of processor use. All recordings begin at zero. Slices of one thread nest: calls that overlap on
/// one lane are given further threads. Numbers of processes and threads are whole and our own; the real process number is in the name.
/// Units: microseconds with one decimal.
/// Source: the Trace Event Format, events <c>M</c>, <c>X</c> and <c>C</c>.
/// </remarks>
public static class ChromeTrace
{
    private const int FlushAt = 1 << 16;

    // Counters may change with every call; a viewer's screen has fewer pixels.
    private const int MaxCounterSteps = 4_000;

    /// <summary>Writes recordings.</summary>
    /// <param name="stream">Where to; stays open.</param>
    /// <param name="timelines">The recordings.</param>
    public static void Write(Stream stream, IEnumerable<Timeline> timelines)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(timelines);
        using Utf8JsonWriter json = new(stream, new JsonWriterOptions { Encoder = TimelineFile.Encoder });
        json.WriteStartObject();
        json.WriteString("displayTimeUnit", "ms");
        json.WriteStartArray("traceEvents");
        int process = 0;
        foreach (Timeline timeline in timelines)
        {
            process = WriteTimeline(json, timeline, process);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
    }

    private static int WriteTimeline(Utf8JsonWriter json, Timeline timeline, int process)
    {
        CpuAttribution attribution = new(timeline);
        long origin = timeline.Lanes.SelectMany(static lane => lane.Spans).Select(static span => span.Started.Ticks).DefaultIfEmpty(0).Min();
        string name = $"{LabelText.Line(timeline.Title)} {LabelText.Line(timeline.Model)}";
        int counters = process + 1;
        bool hasProcesses = timeline.Lanes.Select(static lane => lane.ProcessId).Distinct().Skip(1).Any();
        if (hasProcesses)
        {
            // What belongs to all of them stands above them.
            process++;
            Name(json, "process_name", process, null, name);
            Sort(json, "process_sort_index", process, null, process);
        }

        foreach (IGrouping<int, Lane> group in timeline.Lanes.GroupBy(static lane => lane.ProcessId))
        {
            process++;
            Name(json, "process_name", process, null, group.Key == 0 ? name : $"{name} · process {group.Key}");
            Sort(json, "process_sort_index", process, null, process);
            int thread = 0;
            foreach (Lane lane in group)
            {
                thread = WriteLane(json, lane, attribution, origin, process, thread);
            }
        }

        if (process >= counters)
        {
            WriteCounters(json, timeline, origin, counters);
        }

        return process;
    }

    private static int WriteLane(Utf8JsonWriter json, Lane lane, CpuAttribution attribution, long origin, int process, int thread)
    {
        ImmutableArray<ImmutableArray<Span>> rows = LanePacking.Of(lane);
        for (int row = 0; row < rows.Length; row++)
        {
            thread++;
            Name(json, "thread_name", process, thread, row == 0 ? LabelText.Line(lane.Name) : $"{LabelText.Line(lane.Name)} ({row + 1})");
            Sort(json, "thread_sort_index", process, thread, thread);
            foreach (Span span in rows[row])
            {
                WriteSpan(json, span, lane.Kind, attribution, origin, process, thread);
                if (json.BytesPending > FlushAt)
                {
                    json.Flush();
                }
            }
        }

        return thread;
    }

    private static void WriteSpan(
        Utf8JsonWriter json, Span span, LaneKind kind, CpuAttribution attribution, long origin, int process, int thread)
    {
        string label = span.Label is null ? $"item {span.Item}" : LabelText.Line(span.Label);
        Begin(json, "X", label, "item", span.Started.Ticks - origin, process, thread);
        json.WriteNumber("dur", Microseconds(span.Duration.Ticks));
        json.WriteStartObject("args");
        json.WriteNumber("item", span.Item);
        json.WriteString("status", TimelineFile.NameOf(span.Status));
        json.WriteNumber("queuedMs", Milliseconds(span.Started - span.Queued));
        json.WriteNumber("workingMs", Milliseconds(span.Working));
        json.WriteEndObject();
        json.WriteEndObject();
        foreach (SpanPiece piece in SpanPiece.Of(span))
        {
            long ticks = piece.To - piece.From;
            double hidden = PhaseColumns.Split(piece, kind, attribution).Where(static part => part.Phase == SpanPhase.Unattributed)
                .Sum(static part => part.Ticks) / ticks;
            string phase = piece switch
            {
                { IsOpen: false, Phase: not (SpanPhase.Unattributed or SpanPhase.Working) } => TimelineFile.NameOf(piece.Phase),
                { WorkDensity: > 0.99 } => "working",
                { WorkDensity: >= 0.01 } => $"working {Wording.Percent(piece.WorkDensity)}, waiting {Wording.Percent(1 - piece.WorkDensity - hidden)}",
                _ => hidden > 0.5 ? "unattributed" : "waiting",
            };
            Begin(json, "X", phase, "phase", piece.From - origin, process, thread);
            json.WriteNumber("dur", Microseconds(ticks));
            if (hidden > 0)
            {
                json.WriteStartObject("args");
                json.WriteNumber("unattributedMs", Math.Round(hidden * ticks / TimeSpan.TicksPerMillisecond, 4));
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }
    }

    private static void WriteCounters(Utf8JsonWriter json, Timeline timeline, long origin, int process)
    {
        Span[] spans = [.. timeline.Lanes.SelectMany(static lane => lane.Spans)];
        WriteLevel(json, "in flight", spans.Select(static span => (span.Started.Ticks, span.Finished.Ticks)), origin, process);
        WriteLevel(json, "queued", spans.Where(static span => span.Queued < span.Started).Select(static span => (span.Queued.Ticks, span.Started.Ticks)), origin, process);
        foreach (LimitStep step in timeline.Limits)
        {
            Counter(json, "limit", Math.Max(0, step.At.Ticks - origin), process, step.Limit);
        }

        for (int i = 1; i < timeline.CpuSamples.Length; i++)
        {
            CpuSample from = timeline.CpuSamples[i - 1];
            CpuSample to = timeline.CpuSamples[i];
            if (to.At > from.At && to.At.Ticks > origin)
            {
                double use = 100 * ((to.ProcessCpu - from.ProcessCpu) / (to.At - from.At)) / Math.Max(1, timeline.Cores);
                Counter(json, "CPU %", Math.Max(0, from.At.Ticks - origin), process, (decimal)Math.Round(use, 2));
            }
        }
    }

    private static void WriteLevel(Utf8JsonWriter json, string name, IEnumerable<(long From, long To)> stretches, long origin, int process)
    {
        (long At, int Change)[] events = [.. stretches.SelectMany(static stretch => new (long, int)[] { (stretch.From, 1), (stretch.To, -1) }).Order()];
        long apart = events.Length == 0 ? 0 : (events[^1].At - events[0].At) / MaxCounterSteps;
        int level = 0;
        long written = long.MinValue;
        for (int i = 0; i < events.Length; i++)
        {
            level += events[i].Change;
            bool settled = i + 1 == events.Length || events[i + 1].At > events[i].At;
            if (settled && (i + 1 == events.Length || written == long.MinValue || events[i].At - written >= apart))
            {
                Counter(json, name, Math.Max(0, events[i].At - origin), process, level);
                written = events[i].At;
            }
        }
    }

    private static void Name(Utf8JsonWriter json, string what, int process, int? thread, string name)
    {
        Begin(json, "M", what, null, null, process, thread);
        json.WriteStartObject("args");
        json.WriteString("name", name);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Sort(Utf8JsonWriter json, string what, int process, int? thread, int index)
    {
        Begin(json, "M", what, null, null, process, thread);
        json.WriteStartObject("args");
        json.WriteNumber("sort_index", index);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Counter(Utf8JsonWriter json, string name, long at, int process, decimal value)
    {
        Begin(json, "C", name, null, at, process, null);
        json.WriteStartObject("args");
        json.WriteNumber(name, value);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Begin(Utf8JsonWriter json, string kind, string name, string? category, long? at, int process, int? thread)
    {
        json.WriteStartObject();
        json.WriteString("ph", kind);
        json.WriteString("name", name);
        if (category is not null)
        {
            json.WriteString("cat", category);
        }

        if (at is not null)
        {
            json.WriteNumber("ts", Microseconds(at.Value));
        }

        json.WriteNumber("pid", process);
        if (thread is not null)
        {
            json.WriteNumber("tid", thread.Value);
        }
    }

    private static decimal Microseconds(long ticks) => (decimal)ticks / TimeSpan.TicksPerMicrosecond;

    private static decimal Milliseconds(TimeSpan time) => (decimal)time.Ticks / TimeSpan.TicksPerMillisecond;
}
