using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Overlap.Timelines.Drawing;

/// <summary>Reads the timeline format, trusting nothing: a file may come from a stranger.</summary>
/// <remarks>Memory: the file, and what it describes. No number in a file sizes anything; only what is written out is kept.</remarks>
internal ref struct TimelineReader
{
    private const long MaxBytes = 1L << 30;

    // Thirty years: beyond, a drawing's arithmetic would be the next to fail.
    private const decimal MaxSeconds = 1_000_000_000;

    private Utf8JsonReader _json;
    private int _timeline;
    private int _lane;
    private int _span;

    private TimelineReader(ReadOnlySpan<byte> bytes)
    {
        _json = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = 32 });
        (_timeline, _lane, _span) = (-1, -1, -1);
    }

    public static ImmutableArray<Timeline> Read(Stream stream)
    {
        using MemoryStream buffer = new(stream.CanSeek ? (int)Math.Clamp(stream.Length - stream.Position, 0, MaxBytes) : 0);
        byte[] chunk = new byte[1 << 16];
        for (int read; (read = stream.Read(chunk)) > 0;)
        {
            buffer.Write(chunk, 0, read);
            if (buffer.Length > MaxBytes)
            {
                throw new TimelineFormatException("file", "is longer than 1 GiB");
            }
        }

        ReadOnlySpan<byte> bytes = buffer.GetBuffer().AsSpan(0, (int)buffer.Length);
        TimelineReader reader = new(bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes);
        try
        {
            return reader.ReadFile();
        }
        catch (JsonException e)
        {
            throw reader.Fail(null, $"is cut off or not JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})", e);
        }
        catch (InvalidOperationException e)
        {
            // What the parser throws for a text that is no text: invalid UTF-8, half a surrogate pair.
            throw reader.Fail(null, "holds text that is not valid Unicode", e);
        }
    }

    private ImmutableArray<Timeline> ReadFile()
    {
        ImmutableArray<Timeline>? timelines = null;
        long? version = null;
        _ = _json.Read();
        BeginObject(null);
        while (NextName(out string? name))
        {
            switch (name)
            {
                case "version":
                    version = Integer(name, 0, long.MaxValue);
                    if (version != TimelineFile.Version)
                    {
                        throw Fail(name, $"is {version}, and this program reads version {TimelineFile.Version}");
                    }

                    break;
                case "timelines":
                    timelines = ReadTimelines();
                    break;
                default:
                    _json.Skip();
                    break;
            }
        }

        // Reads on to the end, so that anything after the object is found.
        _ = _json.Read();
        Require("version", version is not null);
        Require("timelines", timelines is not null);
        return timelines!.Value;
    }

    private ImmutableArray<Timeline> ReadTimelines()
    {
        ImmutableArray<Timeline>.Builder timelines = ImmutableArray.CreateBuilder<Timeline>();
        BeginArray("timelines");
        for (_timeline = 0; NextElement(); _timeline++)
        {
            timelines.Add(ReadTimeline());
        }

        _timeline = -1;
        return timelines.DrainToImmutable();
    }

    private Timeline ReadTimeline()
    {
        string? title = null;
        string? model = null;
        long? workers = null;
        long? cores = null;
        DateTimeOffset startedAt = DateTimeOffset.UnixEpoch;
        TimeSpan? duration = null;
        long dropped = 0;
        ImmutableArray<CpuSample> cpu = [];
        ImmutableArray<LimitStep> limits = [];
        ImmutableArray<Lane>? lanes = null;
        BeginObject(null);
        while (NextName(out string? name))
        {
            switch (name)
            {
                case "title": title = Text(name); break;
                case "model": model = Text(name); break;
                case "workers": workers = Integer(name, 0, int.MaxValue); break;
                case "cores": cores = Integer(name, 1, int.MaxValue); break;
                case "startedAt": startedAt = Instant(name); break;
                case "duration": duration = Time(name); break;
                case "dropped": dropped = Integer(name, 0, long.MaxValue); break;
                case "cpu": cpu = ReadCpu(); break;
                case "limits": limits = ReadLimits(); break;
                case "lanes": lanes = ReadLanes(); break;
                default: _json.Skip(); break;
            }
        }

        Require("title", title is not null);
        Require("model", model is not null);
        Require("workers", workers is not null);
        Require("cores", cores is not null);
        Require("duration", duration is not null);
        Require("lanes", lanes is not null);
        return new Timeline
        {
            Title = title!,
            Model = model!,
            Workers = (int)workers!.Value,
            Cores = (int)cores!.Value,
            StartedAt = startedAt,
            Duration = duration!.Value,
            Lanes = lanes!.Value,
            CpuSamples = cpu,
            Limits = limits,
            DroppedSpans = dropped,
        };
    }

    private ImmutableArray<CpuSample> ReadCpu()
    {
        ImmutableArray<CpuSample>.Builder samples = ImmutableArray.CreateBuilder<CpuSample>();
        BeginArray("cpu");
        while (NextElement())
        {
            BeginArray("cpu");
            _ = _json.Read();
            TimeSpan at = Value("cpu");
            _ = _json.Read();
            CpuSample sample = new(at, Value("cpu"));
            if (NextElement())
            {
                throw Fail("cpu", "has a reading of more than two numbers");
            }

            if (samples.Count > 0 && (sample.At < samples[^1].At || sample.ProcessCpu < samples[^1].ProcessCpu))
            {
                throw Fail("cpu", $"runs backwards at reading {samples.Count}");
            }

            samples.Add(sample);
        }

        return samples.DrainToImmutable();
    }

    private ImmutableArray<LimitStep> ReadLimits()
    {
        const string Name = "limits";
        ImmutableArray<LimitStep>.Builder steps = ImmutableArray.CreateBuilder<LimitStep>();
        BeginArray(Name);
        while (NextElement())
        {
            BeginArray(Name);
            TimeSpan at = Time(Name);
            steps.Add(new LimitStep(at, (int)Integer(Name, 0, int.MaxValue), Text(Name)));
            if (NextElement())
            {
                throw Fail(Name, "has a change of more than three parts");
            }

            if (steps.Count > 1 && at < steps[^2].At)
            {
                throw Fail(Name, $"runs backwards at change {steps.Count - 1}");
            }
        }

        return steps.DrainToImmutable();
    }

    private ImmutableArray<Lane> ReadLanes()
    {
        ImmutableArray<Lane>.Builder lanes = ImmutableArray.CreateBuilder<Lane>();
        BeginArray("lanes");
        for (_lane = 0; NextElement(); _lane++)
        {
            string? text = null;
            LaneKind? kind = null;
            long pid = 0;
            ImmutableArray<Span>? spans = null;
            BeginObject(null);
            while (NextName(out string? name))
            {
                switch (name)
                {
                    case "name": text = Text(name); break;
                    case "kind": kind = Named(name, TimelineFile.NameOf, Enum.GetValues<LaneKind>()); break;
                    case "pid": pid = Integer(name, 0, int.MaxValue); break;
                    case "spans": spans = ReadSpans(); break;
                    default: _json.Skip(); break;
                }
            }

            Require("name", text is not null);
            Require("kind", kind is not null);
            Require("spans", spans is not null);
            lanes.Add(new Lane(_lane, text!, kind!.Value, (int)pid, spans!.Value));
        }

        _lane = -1;
        return lanes.DrainToImmutable();
    }

    private ImmutableArray<Span> ReadSpans()
    {
        ImmutableArray<Span>.Builder spans = ImmutableArray.CreateBuilder<Span>();
        BeginArray("spans");
        for (_span = 0; NextElement(); _span++)
        {
            Span span = ReadSpan();
            if (spans.Count > 0 && span.Started < spans[^1].Started)
            {
                throw Fail("started", "is before the start of the span before it");
            }

            spans.Add(span);
        }

        _span = -1;
        return spans.DrainToImmutable();
    }

    private Span ReadSpan()
    {
        long? item = null;
        string? label = null;
        TimeSpan? queued = null;
        TimeSpan? started = null;
        TimeSpan? finished = null;
        TimeSpan working = TimeSpan.Zero;
        TimeSpan delayed = TimeSpan.Zero;
        SpanStatus status = SpanStatus.Succeeded;
        ImmutableArray<Segment> segments = [];
        BeginObject(null);
        while (NextName(out string? name))
        {
            switch (name)
            {
                case "item": item = Integer(name, 0, long.MaxValue); break;
                case "label": label = Text(name); break;
                case "queued": queued = Time(name); break;
                case "started": started = Time(name); break;
                case "finished": finished = Time(name); break;
                case "working": working = Time(name); break;
                case "delayed": delayed = Time(name); break;
                case "status": status = Named(name, TimelineFile.NameOf, Enum.GetValues<SpanStatus>()); break;
                case "segments": segments = ReadSegments(); break;
                default: _json.Skip(); break;
            }
        }

        Require("item", item is not null);
        Require("started", started is not null);
        Require("finished", finished is not null);
        Require("queued", queued is null || queued <= started, "is after started");
        Require("finished", finished >= started, "is before started");
        Require("working", working <= finished - started, "is more than the span lasts");
        Require("delayed", delayed <= finished - started - working, "is more than the work leaves of the span");
        TimeSpan end = started!.Value;
        foreach (Segment segment in segments)
        {
            Require("segments", segment.Start >= end && segment.End >= segment.Start && segment.End <= finished, "overlap or leave the span");
            end = segment.End;
        }

        return new Span
        {
            Item = item!.Value,
            Label = label,
            Queued = queued ?? started.Value,
            Started = started.Value,
            Finished = finished!.Value,
            Working = working,
            Delayed = delayed,
            Status = status,
            Segments = segments,
        };
    }

    private ImmutableArray<Segment> ReadSegments()
    {
        const string Name = "segments";
        ImmutableArray<Segment>.Builder segments = ImmutableArray.CreateBuilder<Segment>();
        BeginArray(Name);
        while (NextElement())
        {
            BeginArray(Name);
            SpanPhase phase = Named(Name, TimelineFile.NameOf, Enum.GetValues<SpanPhase>());
            _ = _json.Read();
            TimeSpan start = Value(Name);
            _ = _json.Read();
            segments.Add(new Segment(phase, start, Value(Name)));
            if (NextElement())
            {
                throw Fail(Name, "has a segment of more than three parts");
            }
        }

        return segments.DrainToImmutable();
    }

    // The parser's cursor stands on the value (BeginX, Value) or on its name (the others).
    private readonly void BeginObject(string? name)
    {
        if (_json.TokenType != JsonTokenType.StartObject)
        {
            throw Fail(name, "is not an object");
        }
    }

    private void BeginArray(string name)
    {
        if (_json.TokenType == JsonTokenType.PropertyName)
        {
            _ = _json.Read();
        }

        if (_json.TokenType != JsonTokenType.StartArray)
        {
            throw Fail(name, "is not a list");
        }
    }

    private bool NextName(out string? name)
    {
        _ = _json.Read();
        name = _json.TokenType == JsonTokenType.PropertyName ? _json.GetString() : null;
        return name is not null;
    }

    private bool NextElement()
    {
        _ = _json.Read();
        return _json.TokenType != JsonTokenType.EndArray;
    }

    private string Text(string name)
    {
        _ = _json.Read();
        return _json.TokenType == JsonTokenType.String ? _json.GetString()! : throw Fail(name, "is not a text");
    }

    private long Integer(string name, long low, long high)
    {
        _ = _json.Read();
        return _json.TokenType == JsonTokenType.Number && _json.TryGetInt64(out long value) && value >= low && value <= high
            ? value
            : throw Fail(name, $"is not a whole number from {low} to {high}");
    }

    private DateTimeOffset Instant(string name) =>
        DateTimeOffset.TryParse(Text(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset value)
            ? value
            : throw Fail(name, "is not a date and time");

    private TimeSpan Time(string name)
    {
        _ = _json.Read();
        return Value(name);
    }

    private readonly TimeSpan Value(string name) =>
        _json.TokenType == JsonTokenType.Number && _json.TryGetDecimal(out decimal seconds) && seconds is >= 0 and <= MaxSeconds
            ? TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond))
            : throw Fail(name, $"is not a number of seconds from 0 to {MaxSeconds}");

    private T Named<T>(string name, Func<T, string> nameOf, T[] values)
    {
        string text = Text(name);
        foreach (T value in values)
        {
            if (nameOf(value) == text)
            {
                return value;
            }
        }

        throw Fail(name, $"is \"{LabelText.Line(text, 20)}\", not one of {string.Join(", ", values.Select(nameOf))}");
    }

    private readonly void Require(string name, bool holds, string otherwise = "is missing")
    {
        if (!holds)
        {
            throw Fail(name, otherwise);
        }
    }

    private readonly TimelineFormatException Fail(string? name, string what, Exception? innerException = null)
    {
        string where = _timeline < 0 ? "" : $"timelines[{_timeline}]";
        where += _lane < 0 ? "" : $".lanes[{_lane}]";
        where += _span < 0 ? "" : $".spans[{_span}]";
        where += name is null ? "" : where.Length > 0 ? "." + name : name;
        return new TimelineFormatException(where.Length == 0 ? "file" : where, what, innerException);
    }
}
