using System.Diagnostics;
using System.Runtime.CompilerServices;
using Overlap.Benchmarks.Measuring;
using Overlap.Executors;
using Overlap.Timelines;

namespace Overlap.Benchmarks.Areas;

/// <summary>What it costs to take down who ran which call when, at calls of ten microseconds.</summary>
internal sealed class RecorderArea : BenchmarkArea
{
    private const int Items = 50_000;
    private const int Workers = 2;
    private static readonly TimeSpan ItemTime = TimeSpan.FromMicroseconds(10);

    public override string Name => "recorder";

    public override string Summary => "cost of the timeline recorder at calls of 10 µs, on threads and async, against the same run without it";

    public override async IAsyncEnumerable<ComparisonResult> MeasureAsync(
        BenchmarkContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int steps = StepsOf(ItemTime);
        yield return await CompareAsync(
            context,
            "threads 2",
            recorder => new ThreadPoolExecutor(new ThreadPoolExecutorOptions { MaxWorkers = Workers, Recorder = recorder }),
            (executor, items) => executor.ForEachAsync(items, _ => Work(steps)),
            cancellationToken);
        yield return await CompareAsync(
            context,
            "async 2",
            recorder => new AsyncExecutor(new AsyncExecutorOptions { MaxWorkers = Workers, Recorder = recorder }),
            (executor, items) => executor.ForEachAsync(items, _ => WorkAsync(steps)),
            cancellationToken);
    }

    private static Task<ComparisonResult> CompareAsync(
        BenchmarkContext context,
        string model,
        Func<TimelineRecorder?, IExecutor> open,
        Func<IExecutor, IEnumerable<int>, Task> run,
        CancellationToken cancellationToken)
    {
        LoopContender with = new()
        {
            Name = $"{model}, recorder on",
            Shown = "ForEachAsync of 10 µs of work, Recorder = new TimelineRecorder()",
            Items = Items,
            Loop = async items =>
            {
                using TimelineRecorder recorder = new();
                await using IExecutor executor = open(recorder);
                await run(executor, Enumerable.Range(0, items));
            },
        };
        LoopContender without = new()
        {
            Name = $"{model}, recorder off",
            Shown = "ForEachAsync of 10 µs of work",
            Items = Items,
            Loop = async items =>
            {
                await using IExecutor executor = open(null);
                await run(executor, Enumerable.Range(0, items));
            },
        };
        return context.Runner.RunAsync(
            new Comparison
            {
                Title = $"Timeline recorder, 50,000 calls of 10 µs, {model}",
                Contenders = [with, without],
                Ratios = [Metric.PerItem, Metric.CpuPerItem],
                Targets = [Target.AtMostTimes(with.Name, Metric.PerItem, 1.05, without.Name)],
                WarmUps = 3,
                Note = $"{Workers} workers share the calls, so a call of 10 µs costs at least 5 µs of the whole.",
            },
            cancellationToken);
    }

    // A number of steps, not a stretch of time: work that lasted until a deadline would swallow the cost that is looked for.
    private static int StepsOf(TimeSpan time)
    {
        const int Sample = 5_000_000;
        TimeSpan best = TimeSpan.MaxValue;
        for (int i = 0; i < 20; i++)
        {
            long started = Stopwatch.GetTimestamp();
            Work(Sample);
            TimeSpan elapsed = Stopwatch.GetElapsedTime(started);

            // The quickest: others may take the processor, nobody gives it back twice.
            best = elapsed < best ? elapsed : best;
        }

        return (int)(Sample * (time / best));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint Work(int steps)
    {
        uint value = 2_463_534_242;
        for (int i = 0; i < steps; i++)
        {
            value ^= value << 13;
            value ^= value >> 17;
            value ^= value << 5;
        }

        return value;
    }

    private static ValueTask WorkAsync(int steps)
    {
        Work(steps);
        return ValueTask.CompletedTask;
    }
}
