using System.Runtime.CompilerServices;
using Overlap.Benchmarks.Measuring;
using Overlap.Synchronization;
using Overlap.Testing.Exploration;
using StandIns = Overlap.Testing.Exploration.StandIns;

namespace Overlap.Benchmarks.Areas;

/// <summary>How many schedules a second the race explorer runs.</summary>
internal sealed class ExplorerArea : BenchmarkArea
{
    private const double MostNanosecondsOfTasks = 1e9 / 50_000;
    private const double MostNanosecondsOfThreads = 1e9 / 8_000;

    public override string Name => "explorer";

    public override string Summary => "schedules of the race explorer, in asynchronous mode and in thread mode";

    public override async IAsyncEnumerable<ComparisonResult> MeasureAsync(
        BenchmarkContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return await context.Runner.RunAsync(
            Of(
                "One schedule in asynchronous mode, chosen at random",
                MostNanosecondsOfTasks,
                Tasks("two tasks count", "x.Spawn twice: read, await x.Point(), write", CountAsync),
                Tasks("two locks in order", "two tasks enter two AsyncLocks in the same order", LockInOrderAsync),
                Tasks("bounded buffer", "2 producers and 2 consumers of an AsyncQueue with room for one item", BufferAsync)),
            cancellationToken);
        yield return await context.Runner.RunAsync(
            Of(
                "One schedule in thread mode, chosen at random",
                MostNanosecondsOfThreads,
                Threads("two threads count", "two threads, three Interlocked.Increment each", Count, storeBuffers: false),
                Threads("two threads, one lock", "two threads enter a Lock stand-in twice each", LockTwice, storeBuffers: false),
                Threads("store buffers", "two threads write one variable and read the other, with fences", Dekker, storeBuffers: true)),
            cancellationToken);
    }

    private static Comparison Of(string title, double limit, params LoopContender[] contenders) => new()
    {
        Title = title,
        Contenders = contenders,
        Ratios = [],
        Targets = [.. contenders.Select(contender => Target.AtMost(contender.Name, Metric.PerItem, limit))],
        WarmUps = 2,
        Note = $"An item is a whole schedule: the program made anew, run to its end, checked. {limit:N0} ns are {1e9 / limit:N0} schedules a second.",
    };

    private static LoopContender Tasks(string name, string shown, Func<TaskExplorer, Task> program) => new()
    {
        Name = name,
        Shown = shown,
        Items = 100_000,
        Loop = items => Check(items, Explore.Run(program, OptionsOf(items))),
    };

    private static LoopContender Threads(string name, string shown, Action<ThreadExplorer> program, bool storeBuffers) => new()
    {
        Name = name,
        Shown = shown,
        Items = 10_000,
        Loop = items => Check(items, Explore.RunThreads(program, OptionsOf(items) with { StoreBuffers = storeBuffers })),
    };

    private static ExplorationOptions OptionsOf(int schedules) => new() { Strategy = ExplorationStrategy.Random, Schedules = schedules };

    private static Task Check(int items, ExplorationResult result)
    {
        result.ThrowIfFailed();
        return result.Schedules == items ? Task.CompletedTask : throw new InvalidOperationException($"{result.Schedules} of {items} schedules were run");
    }

    private static async Task CountAsync(TaskExplorer x)
    {
        int count = 0;
        await Task.WhenAll(x.Spawn("first", OnceAsync), x.Spawn("second", OnceAsync));
        x.Assert(count is 1 or 2);

        async Task OnceAsync()
        {
            int read = count;
            await x.Point();
            count = read + 1;
        }
    }

    private static async Task LockInOrderAsync(TaskExplorer x)
    {
        using AsyncLock first = new();
        using AsyncLock second = new();
        await Task.WhenAll(x.Spawn("one", BothAsync), x.Spawn("other", BothAsync));

        async Task BothAsync()
        {
            using Lease outer = await first.EnterAsync();
            using Lease inner = await second.EnterAsync();
        }
    }

    private static async Task BufferAsync(TaskExplorer x)
    {
        AsyncQueue<int> queue = new(1);
        int sum = 0;
        await Task.WhenAll(
            x.Spawn("producer 1", ProduceAsync), x.Spawn("producer 2", ProduceAsync), x.Spawn("consumer 1", ConsumeAsync), x.Spawn("consumer 2", ConsumeAsync));
        x.Assert(sum == 4);

        async Task ProduceAsync()
        {
            await queue.AddAsync(1);
            await queue.AddAsync(1);
        }

        async Task ConsumeAsync()
        {
            // Not sum += await: that reads the sum before it waits, and loses what others add meanwhile.
            int first = await queue.TakeAsync();
            int second = await queue.TakeAsync();
            sum += first + second;
        }
    }

    private static void Count(ThreadExplorer x)
    {
        int count = 0;
        x.Spawn("first", Thrice);
        x.Spawn("second", Thrice);
        x.AtEnd(() => x.Assert(count == 6));

        void Thrice()
        {
            for (int i = 0; i < 3; i++)
            {
                StandIns.Interlocked.Increment(ref count);
            }
        }
    }

    private static void LockTwice(ThreadExplorer x)
    {
        StandIns.Lock gate = new();
        int count = 0;
        x.Spawn("first", Twice);
        x.Spawn("second", Twice);
        x.AtEnd(() => x.Assert(count == 4));

        void Twice()
        {
            for (int i = 0; i < 2; i++)
            {
                gate.Enter();
                count++;
                gate.Exit();
            }
        }
    }

    private static void Dekker(ThreadExplorer x)
    {
        int left = 0;
        int right = 0;
        int seenLeft = 0;
        int seenRight = 0;
        x.Spawn("left", () =>
        {
            StandIns.Volatile.Write(ref left, 1);
            StandIns.Interlocked.MemoryBarrier();
            seenRight = StandIns.Volatile.Read(ref right);
        });
        x.Spawn("right", () =>
        {
            StandIns.Volatile.Write(ref right, 1);
            StandIns.Interlocked.MemoryBarrier();
            seenLeft = StandIns.Volatile.Read(ref left);
        });
        x.AtEnd(() => x.Assert(seenLeft + seenRight > 0));
    }
}
