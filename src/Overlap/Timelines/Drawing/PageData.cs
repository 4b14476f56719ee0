using System.Text.Json;

namespace Overlap.Timelines.Drawing;

/// <summary>Writes what the page's script draws from: recordings as rows of whole numbers, in ticks from the first start.</summary>
/// <remarks>
/// Shape: a lane's spans are one list, ten numbers a call and three a segment: item, count, label, queued, start, length, work, delay, status, number of
/// segments, then phase, start in the call, length. Beyond <see cref="MaxSpans"/> neighbours become one entry of <c>count</c> calls with the ticks
/// of the five phases instead of segments, so that a browser can hold any recording.
/// The encoder escapes <c>&lt;</c>, <c>&amp;</c> and the line separators: no label can end the script element.
/// </remarks>
internal static class PageData
{
    public const int MaxSpans = 200_000;

    private const int FlushAt = 1 << 16;
    private const int PhaseCount = 5;

    // A picture of the whole has fewer columns; looked at closely, the queue stays as coarse.
    private const int QueueSteps = 2_000;

    public static void Write(Stream stream, IReadOnlyList<TimelineFigures> all)
    {
        long total = all.Sum(static figures => figures.Summary.Items);
        int group = (int)((total + MaxSpans - 1) / MaxSpans);
        using Utf8JsonWriter json = new(stream, new JsonWriterOptions { Encoder = TimelineFile.Encoder });
        json.WriteStartObject();
        json.WriteStartArray("timelines");
        foreach (TimelineFigures figures in all)
        {
            long whole = TimeScale.LengthOf(all.Where(other => other.Timeline.Title == figures.Timeline.Title));
            WriteTimeline(json, figures, whole, Math.Max(1, group));
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
    }

    private static void WriteTimeline(Utf8JsonWriter json, TimelineFigures figures, long whole, int group)
    {
        Timeline timeline = figures.Timeline;
        List<string> labels = [];
        json.WriteStartObject();
        json.WriteNumber("whole", whole);
        json.WriteNumber("wall", Math.Max(1, figures.Summary.Wall.Ticks));
        json.WriteNumber("cores", Math.Max(1, timeline.Cores));
        json.WriteNumber("peak", figures.PeakInFlight);
        json.WriteStartArray("cpu");
        foreach (CpuSample sample in timeline.CpuSamples)
        {
            Pair(json, sample.At.Ticks - figures.Origin, sample.ProcessCpu.Ticks);
        }

        json.WriteEndArray();
        json.WriteStartArray("limits");
        foreach (LimitStep step in timeline.Limits)
        {
            Pair(json, step.At.Ticks - figures.Origin, step.Limit);
        }

        json.WriteEndArray();
        json.WriteNumber("tail", figures.Tail is RunTail tail ? figures.Summary.Wall.Ticks - tail.Length.Ticks : -1);
        json.WriteNumber("bound", Wording.IsBeatable(figures) ? figures.Bound.Time.Ticks : -1);
        json.WriteStartArray("queue");
        if (figures.HasQueue)
        {
            WriteQueue(json, figures);
        }

        json.WriteEndArray();
        json.WriteStartArray("hidden");
        foreach ((long at, double share) in figures.Attribution.Stretches)
        {
            json.WriteStartArray();
            json.WriteNumberValue(at - figures.Origin);
            json.WriteNumberValue(Math.Round(share, 5));
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteStartArray("lanes");
        foreach (Lane lane in figures.Lanes)
        {
            WriteLane(json, lane, figures, group, labels);
        }

        json.WriteEndArray();
        json.WriteStartArray("labels");
        foreach (string label in labels)
        {
            json.WriteStringValue(label);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteQueue(Utf8JsonWriter json, TimelineFigures figures)
    {
        TimeScale scale = new(figures.Origin, Math.Max(1, figures.Summary.Wall.Ticks), QueueSteps);
        double[] levels = QueueLevels.Of(figures.Timeline, scale);
        for (int i = 0; i < levels.Length; i++)
        {
            if (i == 0 || Math.Abs(levels[i] - levels[i - 1]) > 0.005)
            {
                json.WriteStartArray();
                json.WriteNumberValue((long)(i * scale.ColumnTicks));
                json.WriteNumberValue(Math.Round(levels[i], 2));
                json.WriteEndArray();
            }
        }
    }

    private static void WriteLane(Utf8JsonWriter json, Lane lane, TimelineFigures figures, int group, List<string> labels)
    {
        json.WriteStartObject();
        json.WriteString("name", LabelText.Line(figures.NameOf(lane), 60));
        json.WriteBoolean("slot", lane.Kind == LaneKind.Slot);
        json.WriteBoolean("elsewhere", lane.Kind == LaneKind.Process);
        json.WriteStartArray("spans");
        for (int i = 0; i < lane.Spans.Length; i += group)
        {
            ReadOnlySpan<Span> spans = lane.Spans.AsSpan().Slice(i, Math.Min(group, lane.Spans.Length - i));
            if (spans.Length == 1)
            {
                WriteSpan(json, spans[0], figures.Origin, labels);
            }
            else
            {
                WriteGroup(json, spans, lane.Kind, figures);
            }

            if (json.BytesPending > FlushAt)
            {
                json.Flush();
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteSpan(Utf8JsonWriter json, Span span, long origin, List<string> labels)
    {
        int label = -1;
        if (span.Label is not null)
        {
            label = labels.Count;
            labels.Add(LabelText.Line(span.Label, 300));
        }

        Head(json, span.Item, 1, label, span.Queued.Ticks - origin, span.Started.Ticks - origin, span.Duration.Ticks, span.Working.Ticks, span.Delayed.Ticks, span.Status);
        json.WriteNumberValue(span.Segments.Length);
        foreach (Segment segment in span.Segments)
        {
            json.WriteNumberValue((int)segment.Phase);
            json.WriteNumberValue((segment.Start - span.Started).Ticks);
            json.WriteNumberValue(segment.Duration.Ticks);
        }
    }

    private static void WriteGroup(Utf8JsonWriter json, ReadOnlySpan<Span> spans, LaneKind kind, TimelineFigures figures)
    {
        double[] ticks = new double[PhaseCount];
        SpanStatus status = SpanStatus.Succeeded;
        foreach (Span span in spans)
        {
            status = span.Status == SpanStatus.Succeeded || status == SpanStatus.Failed ? status : span.Status;
            foreach (SpanPiece piece in SpanPiece.Of(span))
            {
                foreach ((SpanPhase phase, double part) in PhaseColumns.Split(piece, kind, figures.Attribution))
                {
                    ticks[(int)phase] += part;
                }
            }
        }

        long start = spans[0].Started.Ticks;
        long end = spans[^1].Finished.Ticks;
        Head(json, spans[0].Item, spans.Length, -1, start - figures.Origin, start - figures.Origin, Math.Max(1, end - start), (long)ticks[0], 0, status);
        json.WriteNumberValue(PhaseCount);
        foreach (double part in ticks)
        {
            json.WriteNumberValue((long)part);
        }
    }

    private static void Head(
        Utf8JsonWriter json, long item, int count, int label, long queued, long start, long length, long work, long delay, SpanStatus status)
    {
        json.WriteNumberValue(item);
        json.WriteNumberValue(count);
        json.WriteNumberValue(label);
        json.WriteNumberValue(queued);
        json.WriteNumberValue(start);
        json.WriteNumberValue(length);
        json.WriteNumberValue(work);
        json.WriteNumberValue(delay);
        json.WriteNumberValue((int)status);
    }

    private static void Pair(Utf8JsonWriter json, long first, long second)
    {
        json.WriteStartArray();
        json.WriteNumberValue(first);
        json.WriteNumberValue(second);
        json.WriteEndArray();
    }
}
