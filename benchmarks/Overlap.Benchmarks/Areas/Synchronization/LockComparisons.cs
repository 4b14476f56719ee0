using Overlap.Benchmarks.Measuring;
using Overlap.Synchronization;

namespace Overlap.Benchmarks.Areas.Synchronization;

/// <summary>Locks, free and fought for.</summary>
internal static class LockComparisons
{
    private const int FreeItems = 5_000_000;
    private const int FoughtItems = 800_000;
    private const int Tasks = 8;

    public static IEnumerable<Comparison> All => [Free(), Fought(withToken: false), Fought(withToken: true), Readers()];

    private static Comparison Free()
    {
        Contender ours = Loop("AsyncLock", "using (await asyncLock.EnterAsync()) { }", FreeItems, EnterFreeAsync);
        Contender semaphore = Loop("SemaphoreSlim", "await semaphore.WaitAsync(); semaphore.Release();", FreeItems, WaitFreeAsync);
        Contender block = Loop("System.Threading.Lock", "@lock.Enter(); @lock.Exit();", FreeItems, EnterBlockingly);
        return new Comparison
        {
            Title = "A lock that is free: entered and left",
            Contenders = [ours, semaphore, block],
            Ratios = [Metric.PerItem],
            Targets =
            [
                Target.AtMostTimes(ours.Name, Metric.PerItem, 0.6, semaphore.Name),
                Target.AtMostTimes(ours.Name, Metric.PerItem, 1.3, block.Name),
                Target.AtMost(ours.Name, Metric.AllocatedPerItem, 0.01),
            ],
            WarmUps = 3,
        };
    }

    private static Comparison Fought(bool withToken)
    {
        string token = withToken ? "token" : "";
        Contender ours = Loop("AsyncLock", $"using (await asyncLock.EnterAsync({token})) await Task.Yield();", FoughtItems, items => EnterFoughtAsync(items, withToken));
        Contender semaphore = Loop("SemaphoreSlim", $"await semaphore.WaitAsync({token}); await Task.Yield(); semaphore.Release();", FoughtItems, items => WaitFoughtAsync(items, withToken));
        return new Comparison
        {
            Title = $"A lock that {Tasks} tasks fight for, {(withToken ? "with a token" : "without a token")}",
            Contenders = [ours, semaphore],
            Ratios = [Metric.PerItem],
            Targets =
            [
                Target.AtMostTimes(ours.Name, Metric.PerItem, withToken ? 0.85 : 1.0, semaphore.Name),

                // The tasks themselves are made anew in each round.
                Target.AtMost(ours.Name, Metric.AllocatedPerItem, 0.05),
            ],
            WarmUps = 3,
            Note = "Who holds the lock yields once, so that the others queue.",
        };
    }

    private static Comparison Readers()
    {
        Contender ours = Loop("AsyncReaderWriterLock", "using (await readerWriter.EnterReadAsync()) { }", FreeItems, ReadFreeAsync);
        Contender slim = Loop("ReaderWriterLockSlim", "slim.EnterReadLock(); slim.ExitReadLock();", FreeItems, ReadBlockingly);
        return new Comparison
        {
            Title = "A reader's place that is free: entered and left",
            Contenders = [ours, slim],
            Ratios = [Metric.PerItem],
            Targets =
            [
                Target.AtMostTimes(ours.Name, Metric.PerItem, 1.5, slim.Name),
                Target.AtMost(ours.Name, Metric.AllocatedPerItem, 0.01),
            ],
            WarmUps = 3,
        };
    }

    private static LoopContender Loop(string name, string shown, int items, Func<int, Task> loop) => new() { Name = name, Shown = shown, Items = items, Loop = loop };

    private static async Task EnterFreeAsync(int items)
    {
        using AsyncLock asyncLock = new();
        for (int i = 0; i < items; i++)
        {
            using Lease lease = await asyncLock.EnterAsync();
        }
    }

    private static async Task WaitFreeAsync(int items)
    {
        using SemaphoreSlim semaphore = new(1, 1);
        for (int i = 0; i < items; i++)
        {
            await semaphore.WaitAsync();
            semaphore.Release();
        }
    }

    private static Task EnterBlockingly(int items)
    {
        Lock gate = new();
        for (int i = 0; i < items; i++)
        {
            gate.Enter();
            gate.Exit();
        }

        return Task.CompletedTask;
    }

    private static async Task EnterFoughtAsync(int items, bool withToken)
    {
        using AsyncLock asyncLock = new();
        using CancellationTokenSource source = new();
        CancellationToken token = withToken ? source.Token : CancellationToken.None;
        await InTasksAsync(async () =>
        {
            for (int i = 0; i < items / Tasks; i++)
            {
                using Lease lease = await asyncLock.EnterAsync(token);
                await Task.Yield();
            }
        });
    }

    private static async Task WaitFoughtAsync(int items, bool withToken)
    {
        using SemaphoreSlim semaphore = new(1, 1);
        using CancellationTokenSource source = new();
        CancellationToken token = withToken ? source.Token : CancellationToken.None;
        await InTasksAsync(async () =>
        {
            for (int i = 0; i < items / Tasks; i++)
            {
                await semaphore.WaitAsync(token);
                await Task.Yield();
                semaphore.Release();
            }
        });
    }

    private static async Task ReadFreeAsync(int items)
    {
        using AsyncReaderWriterLock readerWriter = new();
        for (int i = 0; i < items; i++)
        {
            using Lease lease = await readerWriter.EnterReadAsync();
        }
    }

    private static Task ReadBlockingly(int items)
    {
        using ReaderWriterLockSlim slim = new();
        for (int i = 0; i < items; i++)
        {
            slim.EnterReadLock();
            slim.ExitReadLock();
        }

        return Task.CompletedTask;
    }

    private static Task InTasksAsync(Func<Task> body) => Task.WhenAll(Enumerable.Range(0, Tasks).Select(_ => Task.Run(body)));
}
