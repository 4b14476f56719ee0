using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Overlap.Timelines.Drawing;

/// <summary>Writes recordings to a file and reads them back.</summary>
/// <remarks>
/// Shape: <c>{"version":1,"timelines":[{"title","model","workers","cores","startedAt","duration","dropped","cpu":[[at,cpu],…],
/// "lanes":[{"name","kind","pid","spans":[{"item","label","queued","started","finished","working","status","segments":[[phase,start,end],…]}]}]}]}</c>.
/// Left out when they say nothing: <c>label</c>, <c>queued</c> (equal to <c>started</c>), <c>working</c> (zero), <c>status</c> (<c>succeeded</c>),
/// <c>segments</c>, <c>dropped</c>. Names that a reader does not know are skipped.
/// Units: seconds from the start of the recording, to the seventh decimal: a recording comes back as it was.
/// Errors: whatever is wrong with a file is one <see cref="TimelineFormatException"/> that names the place.
/// </remarks>
public static class TimelineFile
{
    internal const int Version = 1;

    private const int FlushAt = 1 << 16;

    internal static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.Create(UnicodeRanges.All);

    /// <summary>Writes recordings as JSON.</summary>
    /// <param name="stream">Where to; stays open.</param>
    /// <param name="timelines">The recordings.</param>
    /// <remarks>Memory: constant, however many calls were recorded.</remarks>
    public static void Write(Stream stream, IEnumerable<Timeline> timelines)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(timelines);
        using Utf8JsonWriter json = new(stream, new JsonWriterOptions { Encoder = Encoder });
        json.WriteStartObject();
        json.WriteNumber("version", Version);
        json.WriteStartArray("timelines");
        foreach (Timeline timeline in timelines)
        {
            WriteTimeline(json, timeline);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
    }

    /// <summary>Reads recordings.</summary>
    /// <param name="stream">Where from; stays open.</param>
    /// <exception cref="TimelineFormatException">It is not a timeline file, or one of another version, or it contradicts itself.</exception>
    public static ImmutableArray<Timeline> Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return TimelineReader.Read(stream);
    }

    /// <summary>Reads the recordings of a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="TimelineFormatException">It is not a timeline file, or one of another version, or it contradicts itself.</exception>
    public static ImmutableArray<Timeline> Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using FileStream stream = File.OpenRead(path);
        return TimelineReader.Read(stream);
    }

    internal static string NameOf(LaneKind kind) => kind switch
    {
        LaneKind.Caller => "caller",
        LaneKind.Thread => "thread",
        LaneKind.Slot => "slot",
        LaneKind.Process => "process",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "is not a kind of lane"),
    };

    internal static string NameOf(SpanStatus status) => status switch
    {
        SpanStatus.Running => "running",
        SpanStatus.Succeeded => "succeeded",
        SpanStatus.Failed => "failed",
        SpanStatus.Canceled => "canceled",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "is not a status"),
    };

    internal static string NameOf(SpanPhase phase) => phase switch
    {
        SpanPhase.Working => "working",
        SpanPhase.Waiting => "waiting",
        SpanPhase.Throttled => "throttled",
        SpanPhase.Retrying => "retrying",
        SpanPhase.Unattributed => "unattributed",
        _ => throw new ArgumentOutOfRangeException(nameof(phase), phase, "is not a phase"),
    };

    private static void WriteTimeline(Utf8JsonWriter json, Timeline timeline)
    {
        json.WriteStartObject();
        json.WriteString("title", LabelText.Whole(timeline.Title));
        json.WriteString("model", LabelText.Whole(timeline.Model));
        json.WriteNumber("workers", timeline.Workers);
        json.WriteNumber("cores", timeline.Cores);
        json.WriteString("startedAt", timeline.StartedAt);
        json.WriteNumber("duration", Seconds(timeline.Duration));
        if (timeline.DroppedSpans > 0)
        {
            json.WriteNumber("dropped", timeline.DroppedSpans);
        }

        json.WriteStartArray("cpu");
        foreach (CpuSample sample in timeline.CpuSamples)
        {
            json.WriteStartArray();
            json.WriteNumberValue(Seconds(sample.At));
            json.WriteNumberValue(Seconds(sample.ProcessCpu));
            json.WriteEndArray();
        }

        json.WriteEndArray();
        if (!timeline.Limits.IsEmpty)
        {
            json.WriteStartArray("limits");
            foreach (LimitStep step in timeline.Limits)
            {
                json.WriteStartArray();
                json.WriteNumberValue(Seconds(step.At));
                json.WriteNumberValue(step.Limit);
                json.WriteStringValue(LabelText.Whole(step.Reason));
                json.WriteEndArray();
            }

            json.WriteEndArray();
        }

        json.WriteStartArray("lanes");
        foreach (Lane lane in timeline.Lanes)
        {
            json.WriteStartObject();
            json.WriteString("name", LabelText.Whole(lane.Name));
            json.WriteString("kind", NameOf(lane.Kind));
            json.WriteNumber("pid", lane.ProcessId);
            json.WriteStartArray("spans");
            foreach (Span span in lane.Spans)
            {
                WriteSpan(json, span);
                if (json.BytesPending > FlushAt)
                {
                    json.Flush();
                }
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteSpan(Utf8JsonWriter json, Span span)
    {
        json.WriteStartObject();
        json.WriteNumber("item", span.Item);
        if (span.Label is not null)
        {
            json.WriteString("label", LabelText.Whole(span.Label));
        }

        if (span.Queued != span.Started)
        {
            json.WriteNumber("queued", Seconds(span.Queued));
        }

        json.WriteNumber("started", Seconds(span.Started));
        json.WriteNumber("finished", Seconds(span.Finished));
        if (span.Working != TimeSpan.Zero)
        {
            json.WriteNumber("working", Seconds(span.Working));
        }

        if (span.Delayed != TimeSpan.Zero)
        {
            json.WriteNumber("delayed", Seconds(span.Delayed));
        }

        if (span.Status != SpanStatus.Succeeded)
        {
            json.WriteString("status", NameOf(span.Status));
        }

        if (!span.Segments.IsEmpty)
        {
            json.WriteStartArray("segments");
            foreach (Segment segment in span.Segments)
            {
                json.WriteStartArray();
                json.WriteStringValue(NameOf(segment.Phase));
                json.WriteNumberValue(Seconds(segment.Start));
                json.WriteNumberValue(Seconds(segment.End));
                json.WriteEndArray();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static decimal Seconds(TimeSpan time) => (decimal)time.Ticks / TimeSpan.TicksPerSecond;
}
