namespace Overlap.Timelines;

/// <summary>The numbers of a timeline.</summary>
/// <remarks>Units: times in <see cref="TimeSpan"/>; shares from 0 to 1; the overlap factor in calls.</remarks>
public sealed record TimelineSummary
{
    /// <summary>The number of calls that were recorded.</summary>
    public required long Items { get; init; }

    /// <summary>The calls that threw.</summary>
    public required long Failed { get; init; }

    /// <summary>From the first start to the last end.</summary>
    public required TimeSpan Wall { get; init; }

    /// <summary>The sum of all calls' durations.</summary>
    public required TimeSpan ItemTime { get; init; }

    /// <summary>The measured work inside calls.</summary>
    public required TimeSpan Working { get; init; }

    /// <summary>Time held back by limits of our own or before another attempt.</summary>
    public required TimeSpan HeldBack { get; init; }

    /// <summary>The part of the calls' durations that cannot be called waiting, because the process used a processor meanwhile that no call was seen to use.</summary>
    public required TimeSpan Unattributed { get; init; }

    /// <summary>Of what is unattributed, the time in which calls stood ready without a processor, as the system counted it.</summary>
    public required TimeSpan Delayed { get; init; }

    /// <summary>Of what is unattributed, the time in which continuations kept a thread and did not work: it was blocked, or had no processor.</summary>
    public required TimeSpan Held { get; init; }

    /// <summary>What is left of the calls' durations: waiting.</summary>
    public required TimeSpan Waiting { get; init; }

    /// <summary>Processor time of the whole process, and the work measured in worker processes.</summary>
    public required TimeSpan ProcessCpu { get; init; }

    /// <summary>The average number of calls in flight: item time by wall time (Little's law).</summary>
    public required double OverlapFactor { get; init; }

    /// <summary>The waiting part of the calls' durations.</summary>
    public required double WaitShare { get; init; }

    /// <summary>Processor time by wall time and processors.</summary>
    public required double CpuUtilization { get; init; }

    /// <summary>Adds up a timeline.</summary>
    /// <param name="timeline">The recording.</param>
    public static TimelineSummary Of(Timeline timeline)
    {
        ArgumentNullException.ThrowIfNull(timeline);
        long items = 0;
        long failed = 0;
        TimeSpan first = TimeSpan.MaxValue;
        TimeSpan last = TimeSpan.Zero;
        TimeSpan itemTime = TimeSpan.Zero;
        TimeSpan working = TimeSpan.Zero;
        TimeSpan heldBack = TimeSpan.Zero;
        TimeSpan elsewhere = TimeSpan.Zero;
        TimeSpan delayed = TimeSpan.Zero;
        TimeSpan held = TimeSpan.Zero;
        foreach (Lane lane in timeline.Lanes)
        {
            foreach (Span span in lane.Spans)
            {
                items++;
                failed += span.Status == SpanStatus.Failed ? 1 : 0;
                first = span.Started < first ? span.Started : first;
                last = span.Finished > last ? span.Finished : last;
                itemTime += span.Duration;
                working += span.Working;
                delayed += span.Delayed;
                TimeSpan ran = TimeSpan.Zero;
                foreach (Segment segment in span.Segments)
                {
                    ran += segment.Phase == SpanPhase.Working ? segment.Duration : TimeSpan.Zero;
                    if (segment.Phase is SpanPhase.Throttled or SpanPhase.Retrying)
                    {
                        heldBack += segment.Duration;
                    }
                }

                // A continuation that ran without working was not waiting for a reply: it had no processor, or its thread was blocked.
                held += Max(TimeSpan.Zero, ran - span.Working);
                elsewhere += lane.Kind == LaneKind.Process ? span.Working : TimeSpan.Zero;
            }
        }

        TimeSpan wall = items == 0 ? TimeSpan.Zero : last - first;
        TimeSpan rest = Max(TimeSpan.Zero, itemTime - working - heldBack);
        TimeSpan unattributed = Min(rest, new CpuAttribution(timeline).Unattributed + delayed + held);
        TimeSpan waiting = rest - unattributed;
        TimeSpan cpu = timeline.ProcessCpu + elsewhere;
        return new TimelineSummary
        {
            Items = items,
            Failed = failed,
            Wall = wall,
            ItemTime = itemTime,
            Working = working,
            HeldBack = heldBack,
            Unattributed = unattributed,
            Delayed = Min(unattributed, delayed),
            Held = Min(unattributed - Min(unattributed, delayed), held),
            Waiting = waiting,
            ProcessCpu = cpu,
            OverlapFactor = Ratio(itemTime, wall),
            WaitShare = Ratio(waiting, itemTime),
            CpuUtilization = Ratio(cpu, timeline.Duration) / Math.Max(1, timeline.Cores),
        };
    }

    private static double Ratio(TimeSpan part, TimeSpan whole) => whole <= TimeSpan.Zero ? 0 : part / whole;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
