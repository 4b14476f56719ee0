using Overlap.Executors;
using Overlap.Futures;
using Overlap.Pipelines;

namespace Overlap.Tests.Pipelines;

public sealed class SelectParallelTests
{
    private const int Count = 40;

    private static readonly SelectParallelOptions Four = new() { Workers = 4, Capacity = 8 };

    public static TheoryData<bool, CallOrder> Forms => new()
    {
        { true, CallOrder.Source }, { true, CallOrder.Completion }, { false, CallOrder.Source }, { false, CallOrder.Completion },
    };

    [Fact]
    public async Task SelectParallel_AsynchronousBody_GivesSquaresInOrder()
    {
        (List<int> items, Exception? failure) = await new CountedSource(Count)
            .SelectParallel(
                async (x, _) =>
                {
                    await Task.Yield();
                    return x * x;
                },
                Four)
            .CollectAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Null(failure);
        Assert.Equal(Enumerable.Range(0, Count).Select(static x => x * x), items);
    }

    [Fact]
    public async Task SelectParallel_BodyEndsInAnotherContext_SourceIsPulledInItsOwn()
    {
        AsyncLocal<string> place = new() { Value = "caller" };
        List<string?> seen = [];

        await foreach (int _ in PlacesAsync().SelectParallel(
            async item =>
            {
                place.Value = "body";
                await Task.Yield();
                return item;
            },
            new SelectParallelOptions { Workers = 2 }))
        {
        }

        Assert.Equal(21, seen.Count);
        Assert.All(seen, static value => Assert.Equal("caller", value));

        async IAsyncEnumerable<int> PlacesAsync()
        {
            for (int i = 0; i < 20; i++)
            {
                seen.Add(place.Value);
                yield return i;
                await Task.CompletedTask;
            }

            seen.Add(place.Value);
        }
    }

    [Fact]
    public async Task SelectParallel_SynchronousBody_GivesSquaresInOrder()
    {
        (List<int> items, Exception? failure) = await new CountedSource(Count).SelectParallel(static x => x * x, Four)
            .CollectAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Null(failure);
        Assert.Equal(Enumerable.Range(0, Count).Select(static x => x * x), items);
    }

    [Fact]
    public async Task SelectParallel_FirstBodyEndsLast_CompletionOrderGivesItLast()
    {
        TaskCompletionSource first = new();
        List<int> items = [];
        await foreach (int item in new CountedSource(3).SelectParallel(
            async x =>
            {
                if (x == 0)
                {
                    await first.Task;
                }

                return x;
            },
            Four with { Order = CallOrder.Completion }))
        {
            items.Add(item);
            if (items.Count == 2)
            {
                first.SetResult();
            }
        }

        Assert.Equal([1, 2, 0], items);
    }

    [Fact]
    public async Task SelectParallel_BodyHeld_RunsAsManyAsWorkers()
    {
        TaskCompletionSource fourth = new();
        TaskCompletionSource go = new();
        int begun = 0;
        Task<(List<int> Items, Exception? Failure)> all = new CountedSource(Count).SelectParallel(
            async x =>
            {
                if (Interlocked.Increment(ref begun) == 4)
                {
                    fourth.SetResult();
                }

                await go.Task;
                return x;
            },
            Four).CollectAsync(cancellationToken: TestContext.Current.CancellationToken);
        await fourth.Task;
        int most = Volatile.Read(ref begun);
        go.SetResult();
        Assert.Equal(Count, (await all).Items.Count);
        Assert.Equal(4, most);
    }

    [Fact]
    public async Task SelectParallel_OnExecutor_RunsThere()
    {
        await using ThreadPoolExecutor executor = new(2);
        (List<bool> items, Exception? failure) = await new CountedSource(Count)
            .SelectParallel(static _ => Thread.CurrentThread.IsThreadPoolThread, new SelectParallelOptions { Executor = executor })
            .CollectAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Null(failure);
        Assert.Equal(Enumerable.Repeat(false, Count), items);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task SelectParallel_BodyThrowsOnEveryItemInTurn_CountsEachItemOnce(bool isAsynchronous, CallOrder order)
    {
        for (int k = 0; k < Count; k++)
        {
            Pipeline pipeline = new();
            CountedSource source = new(Count);
            (List<int> items, Exception? failure) = await Square(source, k, isAsynchronous, order).Named(pipeline, "square")
                .CollectAsync(cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal(k, Assert.IsType<SourceException>(failure).Item);
            Assert.Equal(1, source.Disposals);
            StageStatistics stage = Assert.Single(pipeline.Snapshot().Stages);
            Assert.Equal(source.Given, stage.ItemsIn);
            Assert.Equal(stage.ItemsIn, stage.ItemsOut + stage.Failed + stage.NotStarted + stage.Discarded);
            Assert.Equal(items.Count, stage.ItemsOut);
            Assert.Equal(1, stage.Failed);
            if (order == CallOrder.Source)
            {
                Assert.Equal(Enumerable.Range(0, k), items);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task SelectParallel_ConsumerLeavesAtEveryItemInTurn_CountsEachItemOnce(bool isAsynchronous, CallOrder order)
    {
        for (int k = 1; k < Count; k++)
        {
            Pipeline pipeline = new();
            CountedSource source = new(Count);
            (List<int> items, Exception? failure) = await Square(source, null, isAsynchronous, order).Named(pipeline, "square")
                .CollectAsync(k, TestContext.Current.CancellationToken);
            Assert.Null(failure);
            Assert.Equal(k, items.Count);
            Assert.Equal(1, source.Disposals);
            StageStatistics stage = Assert.Single(pipeline.Snapshot().Stages);
            Assert.Equal(source.Given, stage.ItemsIn);
            Assert.Equal(k, stage.ItemsOut);
            Assert.Equal(stage.ItemsIn, stage.ItemsOut + stage.Failed + stage.NotStarted + stage.Discarded);
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task SelectParallel_SourceThrows_GivesWhatWasBefore(bool isAsynchronous, CallOrder order)
    {
        CountedSource source = new(Count) { ThrowsAt = 7 };
        (List<int> items, Exception? failure) = await Square(source, null, isAsynchronous, order)
            .CollectAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(7, Assert.IsType<SourceException>(failure).Item);
        Assert.Equal(1, source.Disposals);
        if (order == CallOrder.Source)
        {
            Assert.Equal(Enumerable.Range(0, 7), items);
        }
    }

    [Fact]
    public async Task SelectParallel_SourceThrowsWhileCallsRunAsCompleted_ComesAfterTheirResults()
    {
        TaskCompletionSource disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        async IAsyncEnumerable<int> Failing()
        {
            try
            {
                yield return 1;
                await Task.Yield();
                throw new SourceException(1);
            }
            finally
            {
                disposed.SetResult();
            }
        }

        (List<int> items, Exception? failure) = await Failing()
            .SelectParallel(
                async x =>
                {
                    await disposed.Task;
                    return x;
                },
                Four with { Order = CallOrder.Completion })
            .CollectAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal([1], items);
        Assert.IsType<SourceException>(failure);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task SelectParallel_Cancelled_ThrowsWithTheCallersToken(bool isAsynchronous, CallOrder order)
    {
        using CancellationTokenSource caller = new();
        CountedSource source = new(Count);
        List<int> items = [];
        OperationCanceledException canceled = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (int item in Square(source, null, isAsynchronous, order).WithCancellation(caller.Token))
            {
                items.Add(item);
                if (items.Count == 5)
                {
                    await caller.CancelAsync();
                }
            }
        });
        Assert.Equal(caller.Token, canceled.CancellationToken);
        Assert.Equal(5, items.Count);
        Assert.Equal(1, source.Disposals);
    }

    [Fact]
    public async Task SelectParallel_BodyRunsWhenConsumerLeaves_IsCancelledAndWaitedFor()
    {
        int ended = 0;
        TaskCompletionSource second = new();
        await foreach (int item in new CountedSource(Count).SelectParallel(
            async (x, token) =>
            {
                if (x == 0)
                {
                    await second.Task;
                    return x;
                }

                second.TrySetResult();
                TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
                await using CancellationTokenRegistration registration = token.Register(() => stopped.SetResult());
                await stopped.Task;
                Interlocked.Increment(ref ended);
                return x;
            },
            new SelectParallelOptions { Workers = 2 }))
        {
            Assert.Equal(0, item);
            break;
        }

        Assert.InRange(ended, 1, 2);
    }

    [Fact]
    public async Task SelectParallel_SourceThrowsInDispose_IsToldAfterAllItems()
    {
        CountedSource source = new(3) { ThrowsInDispose = true };
        (List<int> items, Exception? failure) = await source.SelectParallel(static x => x)
            .CollectAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal([0, 1, 2], items);
        Assert.IsType<SourceException>(failure);
    }

    [Fact]
    public async Task SelectParallel_Skip_PassesOverAndReports()
    {
        List<object?> reported = [];
        (List<int> items, Exception? failure) = await Square(new CountedSource(4), 2, isAsynchronous: true, CallOrder.Source, ItemErrorPolicy.Skip((item, _) => reported.Add(item)))
            .CollectAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Null(failure);
        Assert.Equal([0, 1, 3], items);
        Assert.Equal([2], reported);
    }

    [Fact]
    public async Task SelectParallel_Retry_CallsAgainUntilItSucceeds()
    {
        int tries = 0;
        (List<int> items, Exception? failure) = await new CountedSource(1)
            .SelectParallel(x => ++tries < 3 ? throw new SourceException(x) : x, new SelectParallelOptions { OnError = ItemErrorPolicy.Retry(3, TimeSpan.Zero) })
            .CollectAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Null(failure);
        Assert.Equal([0], items);
        Assert.Equal(3, tries);
    }

    [Fact]
    public async Task SelectParallelOutcomes_BodyThrows_GivesTheFailureInItsPlace()
    {
        (List<Outcome<int>> items, Exception? failure) = await new CountedSource(3)
            .SelectParallelOutcomes((x, _) => x == 1 ? throw new SourceException(x) : new ValueTask<int>(x))
            .CollectAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Null(failure);
        Assert.Equal([true, false, true], items.Select(static item => item.IsSuccess));
    }

    [Fact]
    public void SelectParallel_NoWorkers_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(static () => new SelectParallelOptions { Workers = 0 });

    private static IAsyncEnumerable<int> Square(
        IAsyncEnumerable<int> source, int? throwsAt, bool isAsynchronous, CallOrder order, ItemErrorPolicy? policy = null)
    {
        SelectParallelOptions options = Four with { Order = order, OnError = policy ?? ItemErrorPolicy.Stop };
        return isAsynchronous
            ? source.SelectParallel(
                async x =>
                {
                    await Task.Yield();
                    return x == throwsAt ? throw new SourceException(x) : x;
                },
                options)
            : source.SelectParallel(x => x == throwsAt ? throw new SourceException(x) : x, options);
    }
}
