using Overlap.Executors;

namespace Overlap.Tests.Executors;

public sealed class MapWindowTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(1_000)]
    public async Task MapAsync_AnyWindow_GivesEveryResultInOrder(int window)
    {
        await using ThreadPoolExecutor executor = new(3);
        List<int> results = await executor.MapAsync(Enumerable.Range(0, 20_000), static x => x, new MapOptions { Window = window }).ToListAsync();
        Assert.Equal(Enumerable.Range(0, 20_000), results);
    }

    [Fact]
    public async Task MapAsync_SeveralMapsOnOneExecutor_DoNotMixTheirResults()
    {
        await using AsyncExecutor executor = new(3);
        List<int>[] results = await Task.WhenAll(Enumerable.Range(0, 6).Select(map => executor.MapAsync(
            Enumerable.Range(0, 5_000),
            async x =>
            {
                if (x % 7 == map)
                {
                    await Task.Yield();
                }

                return (map * 10_000) + x;
            }).ToListAsync().AsTask()));
        for (int map = 0; map < 6; map++)
        {
            Assert.Equal(Enumerable.Range(map * 10_000, 5_000), results[map]);
        }
    }

    [Theory]
    [InlineData(ExecutionModel.Threads)]
    [InlineData(ExecutionModel.Async)]
    public async Task MapAsync_OrderOfCompletion_IsExactlyThatOfTheEnds(ExecutionModel model)
    {
        await using IExecutor executor = model == ExecutionModel.Threads ? new ThreadPoolExecutor(2) : new AsyncExecutor(2);
        TaskCompletionSource first = new();
        List<int> results = [];

        // One worker waits with item 0; the other does the rest, one after the other.
        await foreach (int value in executor.MapAsync(
            Enumerable.Range(0, 20),
            async x =>
            {
                await (x == 0 ? first.Task : Task.CompletedTask);
                return x;
            },
            new MapOptions { Order = CallOrder.Completion }))
        {
            results.Add(value);
            if (results.Count == 19)
            {
                first.SetResult();
            }
        }

        Assert.Equal([.. Enumerable.Range(1, 19), 0], results);
    }

    [Fact]
    public async Task MapAsync_SourceAlternatesBetweenWaitingAndReady_GivesEveryResultInOrder()
    {
        await using AsyncExecutor executor = new(3);
        List<int> results = await executor.MapAsync(
            Uneven(),
            static async x =>
            {
                await Task.Yield();
                return x;
            },
            new MapOptions { Window = 5 }).ToListAsync();
        Assert.Equal(Enumerable.Range(0, 20_000), results);

        static async IAsyncEnumerable<int> Uneven()
        {
            Random random = new(42);
            for (int i = 0; i < 20_000; i++)
            {
                if (random.Next(3) == 0)
                {
                    await Task.Yield();
                }

                yield return i;
            }
        }
    }

    [Fact]
    public async Task SubmitAsync_LongLivedToken_KeepsNoCallAlive()
    {
        using CancellationTokenSource longLived = new();
        await using ThreadPoolExecutor executor = new(1);
        List<WeakReference> arguments = [];
        await SubmitManyAsync();

        // The worker may still hold its last call; the token must hold none.
        await executor.SubmitAsync(static () => 1);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.InRange(arguments.Count(static argument => argument.IsAlive), 0, 1);

        async Task SubmitManyAsync()
        {
            for (int i = 0; i < 100; i++)
            {
                object argument = new();
                arguments.Add(new WeakReference(argument));
                await executor.SubmitAsync(static x => x.GetHashCode(), argument, longLived.Token);
            }
        }
    }
}
