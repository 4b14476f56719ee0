using Overlap.Advice.Probing;
using Overlap.Timelines;

namespace Overlap.Advice.Searching;

/// <summary>One run of a probe, read: what so many workers did while all of them were busy.</summary>
/// <remarks>
/// The first round is left out where there are more: in it workers start, connect and compile. So is what follows the last start, where fewer and
/// fewer are busy. An item that lies in the window in part counts in part: otherwise a handful of long items would be counted by luck.
/// Items that failed took a place and did nothing.
/// </remarks>
internal sealed class Stretch
{
    private const int MostBatches = 8;
    private const int ItemsPerBatch = 4;

    // What so few items say of their spread is nothing; they are taken to spread as much as this.
    private const double ErrorOfOne = 0.3;

    private readonly Span[] _spans;

    private Stretch(ProbeOrder order, ProbeRun run, Span[] spans)
    {
        Order = order;
        Run = run;
        _spans = spans;
        Span[] ended = [.. spans.Where(static span => span.Status is SpanStatus.Succeeded or SpanStatus.Failed)];
        Items = ended.Length;
        Failed = ended.Count(static span => span.Status == SpanStatus.Failed);
        if (ended.Length == 0)
        {
            return;
        }

        double[] durations = [.. ended.Select(static span => span.Duration.TotalSeconds)];
        Latency = durations.Average();
        Longest = durations.Max();
        (double from, double to) = WindowOf(ended, order.Workers, Latency);
        (Throughput, StandardError) = RateOf(ended, from, to);
        Timeline timeline = run.Timeline with
        {
            Lanes = [.. run.Timeline.Lanes.Select(lane => lane with { Spans = [.. lane.Spans.Where(span => IsDone(span, run))] })],
        };
        TimelineSummary summary = timeline.Summarize();

        // A thread that a continuation kept without computing stood in line as long as the program's threads did; beyond that it was blocked, which is waiting.
        TimeSpan blocked = run.Delayed is { } delayed && summary.Held > delayed ? summary.Held - delayed : TimeSpan.Zero;
        WaitShare = summary.WaitShare + (summary.ItemTime > TimeSpan.Zero ? blocked / summary.ItemTime : 0);

        // What the program computed and no item was seen to: it runs nothing but them.
        TimeSpan unseen = summary.Unattributed - summary.Delayed - summary.Held;
        Working = (summary.Working + unseen) / ended.Length;
        Waiting = (summary.Waiting + summary.HeldBack + blocked) / ended.Length;
        Delayed = (summary.Delayed + summary.Held - blocked) / ended.Length;
        Blocked = blocked / ended.Length;
        HasChanged = Halves.Differ(ended);
    }

    public ProbeOrder Order { get; }

    public ProbeRun Run { get; }

    /// <summary>Items that ended, those that failed among them.</summary>
    public int Items { get; }

    public int Failed { get; }

    /// <summary>Items that succeeded in a second.</summary>
    public double Throughput { get; }

    /// <summary>The standard error of the throughput, as a part of it.</summary>
    public double StandardError { get; } = ErrorOfOne;

    /// <summary>The mean time of an item. Unit: seconds.</summary>
    public double Latency { get; }

    /// <summary>The longest item's time. Unit: seconds.</summary>
    public double Longest { get; }

    public double WaitShare { get; }

    public TimeSpan Working { get; }

    public TimeSpan Waiting { get; }

    /// <summary>Ready without a processor, or kept on a thread where nobody knows whether it was blocked.</summary>
    public TimeSpan Delayed { get; }

    /// <summary>Of the waiting, on a thread that an asynchronous call kept.</summary>
    public TimeSpan Blocked { get; }

    /// <summary>Whether asynchronous calls mainly block: their threads are what is needed, not the runtime's few.</summary>
    public bool IsBlocking => Blocked > TimeSpan.FromSeconds(Latency / 2);

    /// <summary>Whether the second half of the items was clearly unlike the first.</summary>
    public bool HasChanged { get; }

    public bool IsRefused => !Run.RefusedAt.IsEmpty;

    public static Stretch Of(ProbeOrder order, ProbeRun run) =>
        new(order, run, [.. run.Timeline.Lanes.SelectMany(static lane => lane.Spans).Where(span => IsDone(span, run)).OrderBy(static span => span.Started)]);

    /// <summary>How many items the other side had let pass by then.</summary>
    /// <param name="at">The moment.</param>
    /// <param name="undisturbed">How long an item takes that is not refused: one that was began to be done so long before its end.</param>
    public int CountPassedBefore(TimeSpan at, TimeSpan undisturbed) => _spans.Count(span => span.Status == SpanStatus.Succeeded && span.Finished - undisturbed < at);

    private static bool IsDone(Span span, ProbeRun run) => run.StoppedAt is not { } stoppedAt || span.Started < stoppedAt;

    private static (double From, double To) WindowOf(Span[] ended, int workers, double latency)
    {
        double first = ended[0].Started.TotalSeconds;
        double last = ended.Max(static span => span.Finished.TotalSeconds);
        if (ended.Length > 2 * workers)
        {
            double from = ended.Select(static span => span.Finished.TotalSeconds).Order().ElementAt(workers - 1);
            double to = ended[^1].Started.TotalSeconds;
            if (to - from >= latency / 2)
            {
                return (from, to);
            }
        }

        return (first, Math.Max(last, first + 1e-9));
    }

    private static (double Rate, double Error) RateOf(Span[] ended, double from, double to)
    {
        double done = Done(ended, from, to);
        double rate = done / (to - from);
        double[] durations = [.. ended.Where(span => span.Finished.TotalSeconds >= from && span.Started.TotalSeconds <= to).Select(static span => span.Duration.TotalSeconds)];
        double error = durations.Length < 3 ? ErrorOfOne / Math.Sqrt(Math.Max(1, durations.Length)) : SpreadOf(durations) / Math.Sqrt(durations.Length);
        int batches = (int)Math.Min(MostBatches, done / ItemsPerBatch);
        if (batches >= 3)
        {
            double length = (to - from) / batches;
            double[] rates = [.. Enumerable.Range(0, batches).Select(i => Done(ended, from + (i * length), from + ((i + 1) * length)) / length)];
            error = Math.Max(error, SpreadOf(rates) / Math.Sqrt(batches));
        }

        return (rate, error);
    }

    private static double Done(Span[] ended, double from, double to)
    {
        double done = 0;
        foreach (Span span in ended)
        {
            double started = span.Started.TotalSeconds;
            double finished = span.Finished.TotalSeconds;
            if (span.Status == SpanStatus.Succeeded && started < to && finished >= from)
            {
                double inside = Math.Min(finished, to) - Math.Max(started, from);
                done += finished > started ? inside / (finished - started) : 1;
            }
        }

        return done;
    }

    /// <summary>The standard deviation by the mean.</summary>
    private static double SpreadOf(double[] values)
    {
        double mean = values.Average();
        return mean <= 0 ? 0 : Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / Math.Max(1, values.Length - 1)) / mean;
    }
}
