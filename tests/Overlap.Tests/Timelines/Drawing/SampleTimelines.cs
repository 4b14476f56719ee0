using System.Collections.Immutable;
using Overlap.Timelines;

namespace Overlap.Tests.Timelines.Drawing;

/// <summary>Recordings made by arithmetic: the same in every run.</summary>
internal static class SampleTimelines
{
    public static TimeSpan Ms(double milliseconds) => TimeSpan.FromTicks((long)(milliseconds * TimeSpan.TicksPerMillisecond));

    public static Span Call(
        long item, double started, double finished, double working = 0, SpanStatus status = SpanStatus.Succeeded, string? label = null, params Segment[] segments) => new()
        {
            Item = item,
            Label = label,
            Queued = TimeSpan.Zero,
            Started = Ms(started),
            Finished = Ms(finished),
            Working = Ms(working),
            Status = status,
            Segments = [.. segments],
        };

    public static Segment Part(SpanPhase phase, double start, double end) => new(phase, Ms(start), Ms(end));

    public static Lane LaneOf(int index, LaneKind kind, params Span[] spans) =>
        new(index, kind switch { LaneKind.Thread => $"thread {index + 1}", LaneKind.Slot => $"slot {index + 1}", LaneKind.Process => $"process {index + 1}", _ => "caller" }, kind, 4711, [.. spans]);

    public static Timeline Of(string model, double duration, double cpu, params Lane[] lanes) => new()
    {
        Title = "pages",
        Model = model,
        Workers = lanes.Length,
        Cores = 2,
        StartedAt = new DateTimeOffset(2026, 11, 21, 3, 0, 0, TimeSpan.Zero),
        Duration = Ms(duration),
        Lanes = [.. lanes],
        CpuSamples = [new CpuSample(TimeSpan.Zero, TimeSpan.Zero), new CpuSample(Ms(duration), Ms(cpu))],
    };

    /// <summary>The classic: pages of 85 ms each, one after the other, on five threads, all at once.</summary>
    public static ImmutableArray<Timeline> Pages(int count = 160)
    {
        Random random = new(7);
        double[] waits = [.. Enumerable.Range(0, count).Select(_ => 86 + (random.NextDouble() * 6))];
        return [Blocking("inline", LaneKind.Caller, 1, waits), Blocking("threads", LaneKind.Thread, 5, waits), Asynchronous(waits)];
    }

    /// <summary>Many calls of a tenth of a millisecond on four threads.</summary>
    public static Timeline Many(int count)
    {
        Lane[] lanes = [.. Enumerable.Range(0, 4).Select(i => LaneOf(i, LaneKind.Thread,
            [.. Enumerable.Range(0, count / 4).Select(n => Call((n * 4) + i, n * 0.1, (n * 0.1) + 0.095, 0.05, label: $"row-{(n * 4) + i}"))]))];
        return Of("threads", count / 4 * 0.1, count / 4 * 0.1, lanes);
    }

    private static Timeline Blocking(string model, LaneKind kind, int workers, double[] waits)
    {
        List<Span>[] lanes = [.. Enumerable.Range(0, workers).Select(_ => new List<Span>())];
        double[] free = new double[workers];
        for (int i = 0; i < waits.Length; i++)
        {
            int lane = Array.IndexOf(free, free.Min());
            lanes[lane].Add(Call(i, free[lane], free[lane] + waits[i], 1.4, label: $"page {i}"));
            free[lane] += waits[i];
        }

        return Of(model, free.Max(), 1.6 * waits.Length, [.. lanes.Select((spans, i) => LaneOf(i, kind, [.. spans]))]);
    }

    private static Timeline Asynchronous(double[] waits)
    {
        // One processor serves the calls by turns: each begins its request, then reads its answer.
        Lane[] lanes = new Lane[waits.Length];
        double read = 0;
        for (int i = 0; i < waits.Length; i++)
        {
            double start = i * 0.16;
            read = Math.Max(read + 0.22, start + waits[i]);
            lanes[i] = LaneOf(i, LaneKind.Slot, Call(i, start, read + 0.3, 0.46, label: $"page {i}", segments:
                [Part(SpanPhase.Working, start, start + 0.16), Part(SpanPhase.Working, read, read + 0.3)]));
        }

        return Of("async", read + 1, 130, lanes);
    }
}
