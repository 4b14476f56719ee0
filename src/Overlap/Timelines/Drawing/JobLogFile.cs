namespace Overlap.Timelines.Drawing;

/// <summary>Makes a recording of a journal of commands: GNU parallel's <c>--joblog</c>, that of <c>overlap run</c>, or its JSON lines.</summary>
/// <remarks>
/// Shape: one lane for each command at a time, of each host; what a command did besides running is not known, so all of its time is unattributed.
/// Which worker ran what a journal does not tell: calls are given to as few lanes as were in flight at once.
/// Errors: whatever is wrong is one <see cref="TimelineFormatException"/> that names the line. A last line that was not finished is left out, as
/// the writer is in the middle of it or was killed.
/// Source: GNU parallel, option <c>--joblog</c>: columns Seq, Host, Starttime, JobRuntime, Send, Receive, Exitval, Signal, Command, separated by tabs.
/// </remarks>
public static class JobLogFile
{
    private const decimal MaxSeconds = 1_000_000_000;

    /// <summary>Reads a journal.</summary>
    /// <param name="stream">Where from; stays open.</param>
    /// <param name="title">What the recording is called.</param>
    /// <exception cref="TimelineFormatException">It is no journal of commands.</exception>
    /// <remarks>Memory: some 500 bytes a line, and its command.</remarks>
    public static Timeline Read(Stream stream, string title)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(title);
        List<JobLogEntry> entries = ReadEntries(stream);
        decimal origin = entries.Count == 0 ? 0 : entries.Min(static entry => entry.Started);
        if (entries.Find(entry => entry.Started - origin > MaxSeconds) is { } late)
        {
            throw new TimelineFormatException($"line {late.Line}", "starts more than thirty years after another one");
        }

        List<Lane> lanes = [];
        string[] hosts = [.. entries.Select(static entry => entry.Host).Distinct()];
        foreach (string host in hosts)
        {
            IEnumerable<Span> spans = entries.Where(entry => entry.Host == host).Select(entry => SpanOf(entry, origin));
            foreach (Lane lane in LanePacking.Lanes(spans, hosts.Length == 1 ? "place" : host, LaneKind.Process, processId: 0))
            {
                lanes.Add(lane with { Index = lanes.Count });
            }
        }

        return new Timeline
        {
            Title = title,
            Model = "joblog",
            Workers = lanes.Count,
            Cores = Environment.ProcessorCount,
            StartedAt = DateTimeOffset.UnixEpoch + Time(origin),
            Duration = lanes.SelectMany(static lane => lane.Spans).Select(static span => span.Finished).DefaultIfEmpty().Max(),
            Lanes = [.. lanes],
            CpuSamples = [],
        };
    }

    private static List<JobLogEntry> ReadEntries(Stream stream)
    {
        List<JobLogEntry> entries = [];
        JobLogParser parser = new();
        BoundedLines lines = new(stream);
        while (lines.TryRead(out string line, out bool isWhole))
        {
            try
            {
                if (parser.Parse(line, lines.Number) is { } entry)
                {
                    entries.Add(entry);
                }
            }
            catch (TimelineFormatException) when (!isWhole && entries.Count > 0)
            {
                // Torn: it has no line end, and what there is of it says nothing.
            }
        }

        return parser.HasSeenHeader || entries.Count > 0 ? entries : throw new TimelineFormatException("file", "is empty: a journal begins with its header");
    }

    private static Span SpanOf(JobLogEntry entry, decimal origin)
    {
        TimeSpan started = Time(entry.Started - origin);
        TimeSpan finished = started + Time(entry.Seconds);
        return new Span
        {
            Item = entry.Sequence,
            Label = entry.Label,
            Queued = started,
            Started = started,
            Finished = finished,
            Working = TimeSpan.Zero,
            Status = entry.Failed ? SpanStatus.Failed : SpanStatus.Succeeded,
            Segments = finished > started ? [new Segment(SpanPhase.Unattributed, started, finished)] : [],
        };
    }

    private static TimeSpan Time(decimal seconds) => TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond));
}
