using System.Runtime.CompilerServices;
using Overlap.Executors;

namespace Overlap.Contracts;

public abstract partial class ExecutorContract
{
    [Fact]
    public async Task MapAsync_CallsEndOutOfOrder_ResultsKeepTheOrderOfTheSource()
    {
        await using IExecutor executor = Create(maxWorkers: 4);
        List<int> results = await executor.MapAsync(
            Enumerable.Range(0, 1_000),
            static async x =>
            {
                for (int i = 0; i < x % 5; i++)
                {
                    await Task.Yield();
                }

                return x * 2;
            }).ToListAsync();
        Assert.Equal(Enumerable.Range(0, 1_000).Select(static x => x * 2), results);
    }

    [Fact]
    public async Task MapAsync_NoItems_GivesNothing()
    {
        await using IExecutor executor = Create();
        Assert.Empty(await executor.MapAsync(Array.Empty<int>(), static x => x).ToListAsync());
    }

    [Fact]
    public async Task MapAsync_EnumeratedTwice_RunsTwice()
    {
        await using IExecutor executor = Create();
        IAsyncEnumerable<int> map = executor.MapAsync([1, 2, 3], static x => x * x);
        Assert.Equal([1, 4, 9], await map.ToListAsync());
        Assert.Equal([1, 4, 9], await map.ToListAsync());
    }

    [Fact]
    public async Task MapAsync_SlowConsumer_PullsNoFurtherThanTheWindow()
    {
        await using IExecutor executor = Create();
        int pulled = 0;
        int given = 0;
        await foreach (int value in executor.MapAsync(Count(10_000), static x => x, new MapOptions { Window = 7 }))
        {
            given++;
            Assert.InRange(pulled, given, given + 7);
        }

        Assert.Equal(10_000, pulled);

        IEnumerable<int> Count(int n)
        {
            for (int i = 0; i < n; i++)
            {
                pulled++;
                yield return i;
            }
        }
    }

    [Fact]
    public async Task MapAsync_OneItemThrows_SurfacesAtItsPlace()
    {
        await using IExecutor executor = Create(maxWorkers: 3);
        List<int> before = [];
        InvalidOperationException thrown = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (int value in executor.MapAsync(
                Enumerable.Range(0, 100), static x => x == 40 ? throw new InvalidOperationException("item 40") : x))
            {
                before.Add(value);
            }
        });
        Assert.Equal("item 40", thrown.Message);
        Assert.Equal(Enumerable.Range(0, 40), before);
        await AssertSettled(executor);
    }

    [Fact]
    public async Task MapAsync_SourceThrows_SurfacesAfterTheItemsBeforeIt()
    {
        await using IExecutor executor = Create();
        List<int> before = [];
        await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await foreach (int value in executor.MapAsync(Broken(), static x => x))
            {
                before.Add(value);
            }
        });
        Assert.Equal([1, 2], before);
        await AssertSettled(executor);

        static IEnumerable<int> Broken()
        {
            yield return 1;
            yield return 2;
            throw new InvalidDataException();
        }
    }

    [Fact]
    public async Task MapAsync_ConsumerLeaves_StopsPullingAndSettlesWhatRuns()
    {
        await using IExecutor executor = Create(maxWorkers: 2);
        ContractStage stage = OpenStage();
        bool disposed = false;
        await foreach (int value in executor.MapAsync(Endless(), async x =>
        {
            stage.Add("begun");
            await Task.Yield();
            stage.Add("ended");
            return x;
        }))
        {
            if (value == 20)
            {
                break;
            }
        }

        Assert.True(disposed);
        Assert.InRange(stage.Count("begun"), 21, int.MaxValue);
        Assert.Equal(stage.Count("begun"), stage.Count("ended"));
        await AssertSettled(executor);

        IEnumerable<int> Endless()
        {
            try
            {
                for (int i = 0; ; i++)
                {
                    yield return i;
                }
            }
            finally
            {
                disposed = true;
            }
        }
    }

    [Fact]
    public async Task MapAsync_Canceled_EndsWithTheCallersTokenAndSettles()
    {
        await using IExecutor executor = Create(maxWorkers: 2);
        using CancellationTokenSource cancel = new();
        int given = 0;
        OperationCanceledException canceled = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (int value in executor.MapAsync(Enumerable.Range(0, 1_000_000), static x => x, cancellationToken: cancel.Token))
            {
                if (++given == 10)
                {
                    await cancel.CancelAsync();
                }
            }
        });
        Assert.Equal(cancel.Token, canceled.CancellationToken);
        Assert.Equal(10, given);
        await AssertSettled(executor);
    }

    [Fact]
    public async Task MapAsync_AsynchronousSource_GivesAllResults()
    {
        await using IExecutor executor = Create(maxWorkers: 3);
        List<int> results = await executor.MapAsync(Numbers(500), static x => x + 1).ToListAsync();
        Assert.Equal(Enumerable.Range(1, 500), results);
    }

    [Fact]
    public async Task MapAsync_SourceWaits_ResultsAreGivenMeanwhile()
    {
        await using IExecutor executor = Create();
        TaskCompletionSource more = new();
        await using IAsyncEnumerator<int> map = executor.MapAsync(OneThenWait(), static x => x).GetAsyncEnumerator();
        Assert.True(await map.MoveNextAsync().AsTask().WaitAsync(Guard));
        Assert.Equal(1, map.Current);
        more.SetResult();
        Assert.True(await map.MoveNextAsync().AsTask().WaitAsync(Guard));
        Assert.Equal(2, map.Current);
        Assert.False(await map.MoveNextAsync());

        async IAsyncEnumerable<int> OneThenWait()
        {
            yield return 1;
            await more.Task;
            yield return 2;
        }
    }

    [Fact]
    public async Task MapAsync_CanceledWhileTheSourceWaits_SourceIsDisposed()
    {
        await using IExecutor executor = Create();
        using CancellationTokenSource cancel = new();
        bool disposed = false;
        await using IAsyncEnumerator<int> map =
            executor.MapAsync(Waiting(), static x => x, cancellationToken: cancel.Token).GetAsyncEnumerator();
        Task<bool> first = map.MoveNextAsync().AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.WaitAsync(Guard));
        Assert.True(disposed);

        async IAsyncEnumerable<int> Waiting([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
                yield return 1;
            }
            finally
            {
                disposed = true;
            }
        }
    }

    [Fact]
    public async Task AsCompletedAsync_SomeThrow_GivesEveryItemOnceWithItsOutcome()
    {
        await using IExecutor executor = Create(maxWorkers: 4);
        List<CompletedCall<int, int>> calls = await executor.AsCompletedAsync(
            Enumerable.Range(0, 300), static x => x % 3 == 0 ? throw new InvalidOperationException($"{x}") : x * 2).ToListAsync();
        Assert.Equal(Enumerable.Range(0, 300), calls.Select(static call => (int)call.Index).Order());
        Assert.All(calls, static call => Assert.Equal(call.Index, call.Item));
        Assert.All(calls, static call =>
        {
            if (call.Item % 3 == 0)
            {
                Assert.Equal($"{call.Item}", Assert.IsType<InvalidOperationException>(call.Outcome.Exception).Message);
            }
            else
            {
                Assert.Equal(call.Item * 2, call.Outcome.Value);
            }
        });
    }

    [Fact]
    public async Task AsCompletedAsync_AsynchronousSource_GivesAll()
    {
        await using IExecutor executor = Create(maxWorkers: 3);
        List<CompletedCall<int, int>> calls = await executor.AsCompletedAsync(Numbers(300), static x => x).ToListAsync();
        Assert.Equal(Enumerable.Range(0, 300), calls.Select(static call => call.Item).Order());
    }

    [Fact]
    public async Task AsCompletedAsync_ConsumerLeaves_Settles()
    {
        await using IExecutor executor = Create(maxWorkers: 2);
        await foreach (CompletedCall<int, int> call in executor.AsCompletedAsync(Enumerable.Range(0, 1_000_000), static x => x))
        {
            if (call.Index > 100)
            {
                break;
            }
        }

        await AssertSettled(executor);
    }

    [Fact]
    public async Task ForEachAsync_AllSucceed_RunsEveryItemOnce()
    {
        await using IExecutor executor = Create(maxWorkers: 3);
        ContractStage stage = OpenStage();
        await executor.ForEachAsync(Enumerable.Range(0, 500), x => stage.Add("ran", $"{x:000}"));
        Assert.Equal(Enumerable.Range(0, 500).Select(static x => $"{x:000}"), stage.Notes("ran").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task ForEachAsync_OneThrows_StopsPullingAndThrowsIt()
    {
        await using IExecutor executor = Create(maxWorkers: 2);
        int pulled = 0;

        // What comes after the failure ends only by the stop that the failure causes.
        await Assert.ThrowsAsync<InvalidOperationException>(() => executor.ForEachAsync(
            Enumerable.Range(0, 1_000_000).Select(x => { pulled++; return x; }),
            static async (x, token) =>
            {
                if (x == 10)
                {
                    throw new InvalidOperationException();
                }

                if (x > 10)
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                }
            },
            new MapOptions { Window = 50 }));
        Assert.InRange(pulled, 11, 61);
        await AssertSettled(executor);
    }

    [Fact]
    public async Task ForEachAsync_SourceThrows_RunsWhatCameBeforeAndThrowsIt()
    {
        await using IExecutor executor = Create();
        ContractStage stage = OpenStage();
        await Assert.ThrowsAsync<InvalidDataException>(() => executor.ForEachAsync(Broken(), x => stage.Add("ran", $"{x}")));
        Assert.Equal(["1", "2"], stage.Notes("ran").Order(StringComparer.Ordinal));

        static IEnumerable<int> Broken()
        {
            yield return 1;
            yield return 2;
            throw new InvalidDataException();
        }
    }

    [Fact]
    public async Task ForEachAsync_Canceled_IsCanceledWithTheCallersToken()
    {
        await using IExecutor executor = Create();
        ContractStage stage = OpenStage();
        using CancellationTokenSource cancel = new();
        Task canceling = CancelAsync(stage, "fifth", cancel);
        Task task = executor.ForEachAsync(
            Enumerable.Range(0, 1_000_000),
            x =>
            {
                if (x == 5)
                {
                    stage.Signal("fifth");
                    stage.Wait("canceled");
                }
            },
            cancellationToken: cancel.Token);
        OperationCanceledException canceled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        await canceling;
        Assert.True(task.IsCanceled);
        Assert.Equal(cancel.Token, canceled.CancellationToken);
    }

    [Fact]
    public async Task MapAsync_Disposed_ThrowsAtTheFirstItem()
    {
        IExecutor executor = Create();
        await executor.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await executor.MapAsync([1], static x => x).ToListAsync());
    }

    private static async Task AssertSettled(IExecutor executor)
    {
        // A slot is freed just after its call's end is seen; disposal waits for that too.
        ExecutorStatistics statistics = executor.GetStatistics();
        Assert.Equal(0, statistics.Running);
        Assert.Equal(0, statistics.Queued);
        await executor.DisposeAsync();
    }

    private static async IAsyncEnumerable<int> Numbers(int n)
    {
        for (int i = 0; i < n; i++)
        {
            if (i % 3 == 0)
            {
                await Task.Yield();
            }

            yield return i;
        }
    }
}
