using Overlap.Futures;
using Overlap.Testing;

namespace Overlap.Tests.Futures;

public class TaskGroupTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_ChildrenWithAndWithoutResults_GiveTheirFutures()
    {
        await using var group = new TaskGroup(cancellationToken: Token);

        Task<int> number = group.Run(_ => Task.FromResult(5));
        Task plain = group.Run(async _ => await Task.Yield());
        await group.JoinAsync();

        Assert.Equal(5, await number);
        Assert.True(plain.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task JoinAsync_ChildRuns_WaitsForIt()
    {
        var release = new TaskCompletionSource();
        await using var group = new TaskGroup(cancellationToken: Token);
        _ = group.Run(_ => release.Task);

        Task join = group.JoinAsync();
        Assert.False(join.IsCompleted);
        release.SetResult();

        await join;
    }

    [Fact]
    public async Task JoinAsync_Twice_BothEndAlike()
    {
        await using var group = new TaskGroup(cancellationToken: Token);
        _ = group.Run(_ => throw new FormatException());

        await Assert.ThrowsAsync<AggregateException>(group.JoinAsync);
        await Assert.ThrowsAsync<AggregateException>(group.JoinAsync);
    }

    [Fact]
    public async Task Run_CallerHasAsyncLocal_ChildSeesIt()
    {
        var local = new AsyncLocal<string> { Value = "of the caller" };
        await using var group = new TaskGroup(cancellationToken: Token);

        Task<string> seen = group.Run(_ => Task.FromResult($"{local.Value}"));
        local.Value = "later";
        await group.JoinAsync();

        Assert.Equal("of the caller", await seen);
    }

    [Fact]
    public async Task Run_LimitOfOne_StartsEachWhenTheOneBeforeHasEnded()
    {
        var running = 0;
        var order = new List<int>();
        await using var group = new TaskGroup(new TaskGroupOptions { Limit = 1 }, Token);
        for (int i = 0; i < 200; i++)
        {
            int number = i;
            _ = group.Run(async _ =>
            {
                Assert.Equal(1, Interlocked.Increment(ref running));
                order.Add(number);
                await Task.Yield();
                Interlocked.Decrement(ref running);
            });
        }

        await group.JoinAsync();

        Assert.Equal(Enumerable.Range(0, 200), order);
    }

    [Fact]
    public async Task Run_LimitOfTwo_ThirdWaitsForAPlaceAndTheFourthForTheThird()
    {
        TaskCompletionSource[] release = [.. Enumerable.Range(0, 4).Select(_ => new TaskCompletionSource())];
        var started = new TestSignal<int>("child started");
        await using var group = new TaskGroup(new TaskGroupOptions { Limit = 2 }, Token);
        for (int i = 0; i < 4; i++)
        {
            int number = i;
            _ = group.Run(async _ =>
            {
                started.Signal(number);
                await release[number].Task;
            });
        }

        Assert.Equal([0, 1], new[] { await started.WaitAsync(Token), await started.WaitAsync(Token) }.Order());
        Assert.Equal((2, 2), (group.GetStatistics().Running, group.GetStatistics().Waiting));
        release[1].SetResult();
        Assert.Equal(2, await started.WaitAsync(Token));
        release[2].SetResult();
        Assert.Equal(3, await started.WaitAsync(Token));
        release[0].SetResult();
        release[3].SetResult();

        await group.JoinAsync();
    }

    [Fact]
    public async Task Run_ChildStartsSiblingsDuringTheJoin_JoinWaitsForThem()
    {
        int ended = 0;
        await using var group = new TaskGroup(cancellationToken: Token);
        _ = group.Run(_ => Grow(6));

        await group.JoinAsync();

        Assert.Equal(127, ended);

        async Task Grow(int depth)
        {
            await Task.Yield();
            if (depth > 0)
            {
                _ = group.Run(_ => Grow(depth - 1));
                _ = group.Run(_ => Grow(depth - 1));
            }

            Interlocked.Increment(ref ended);
        }
    }

    [Fact]
    public async Task Run_GroupHasEnded_Throws()
    {
        await using var group = new TaskGroup(cancellationToken: Token);
        await group.JoinAsync();

        Assert.Throws<InvalidOperationException>(() => { _ = group.Run(_ => Task.CompletedTask); });
    }

    [Fact]
    public async Task Run_ChildReturnsNull_Fails()
    {
        await using var group = new TaskGroup(cancellationToken: Token);
        _ = group.Run(_ => (Task)null!);

        var exception = await Assert.ThrowsAsync<AggregateException>(group.JoinAsync);

        Assert.IsType<InvalidOperationException>(Assert.Single(exception.InnerExceptions));
    }

    [Fact]
    public async Task Run_ChildThrowsBeforeItsFirstAwait_FailsItsFuture()
    {
        await using var group = new TaskGroup(cancellationToken: Token);
        Task<int> child = group.Run<int>(_ => throw new FormatException());

        await Assert.ThrowsAsync<AggregateException>(group.JoinAsync);

        await Assert.ThrowsAsync<FormatException>(() => child);
    }

    [Fact]
    public async Task DisposeAsync_NotJoined_CancelsWaitsAndThrowsNothing()
    {
        var started = new TestSignal("child started");
        var group = new TaskGroup(cancellationToken: Token);
        Task running = group.Run(token =>
        {
            started.Signal();
            return Task.Delay(Timeout.InfiniteTimeSpan, token);
        });
        Task failing = group.Run(async token =>
        {
            started.Signal();
            await Task.Delay(Timeout.InfiniteTimeSpan, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw new FormatException();
        });
        await started.WaitForCountAsync(2, Token);

        await group.DisposeAsync();

        Assert.True(running.IsCanceled);
        await Assert.ThrowsAsync<FormatException>(() => failing);
    }

    [Fact]
    public async Task DisposeAsync_NotJoinedThenJoined_SaysSo()
    {
        var group = new TaskGroup(cancellationToken: Token);
        await group.DisposeAsync();
        await group.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(group.JoinAsync);
    }

    [Fact]
    public async Task GetStatistics_AfterTheJoin_CountsEveryChildOnce()
    {
        await using var group = new TaskGroup(new TaskGroupOptions { Limit = 1, OnFailure = FailurePolicy.WaitAll }, Token);
        _ = group.Run(_ => Task.CompletedTask);
        _ = group.Run(_ => throw new FormatException());
        _ = group.Run(_ =>
        {
            group.Cancel();
            return Task.CompletedTask;
        });
        _ = group.Run(_ => Task.CompletedTask);
        await Assert.ThrowsAsync<AggregateException>(group.JoinAsync);

        TaskGroupStatistics statistics = group.GetStatistics();

        Assert.Equal(
            new TaskGroupStatistics
            {
                Limit = 1,
                Submitted = 4,
                Waiting = 0,
                Running = 0,
                Succeeded = 2,
                Failed = 1,
                Canceled = 1,
                IsCanceled = true,
                IsEnded = true,
            },
            statistics);
    }

    [Fact]
    public async Task RunAsync_BodyReturns_GivesItsResultWhenTheChildrenHaveEnded()
    {
        bool ended = false;

        int result = await TaskGroup.RunAsync(
            group =>
            {
                _ = group.Run(async _ =>
                {
                    await Task.Yield();
                    Volatile.Write(ref ended, true);
                });
                return Task.FromResult(7);
            },
            cancellationToken: Token);

        Assert.Equal(7, result);
        Assert.True(ended);
    }

    [Fact]
    public async Task RunAsync_Nested_InnerErrorsComeOutOfTheOuterGroup()
    {
        var exception = await Assert.ThrowsAsync<AggregateException>(() => TaskGroup.RunAsync(
            outer =>
            {
                _ = outer.Run(outerToken => TaskGroup.RunAsync(
                    inner =>
                    {
                        _ = inner.Run(_ => throw new FormatException("inner"));
                        return Task.CompletedTask;
                    },
                    cancellationToken: outerToken));
                return Task.CompletedTask;
            },
            cancellationToken: Token));

        Assert.Equal("inner", Assert.IsType<FormatException>(Assert.Single(exception.Flatten().InnerExceptions)).Message);
    }

    [Fact]
    public async Task RunAsync_NestedAndOuterFails_InnerChildIsCancelled()
    {
        var started = new TestSignal("inner child started");
        Task? innerChild = null;

        await Assert.ThrowsAsync<AggregateException>(() => TaskGroup.RunAsync(
            outer =>
            {
                _ = outer.Run(outerToken => TaskGroup.RunAsync(
                    inner =>
                    {
                        innerChild = inner.Run(token =>
                        {
                            started.Signal();
                            return Task.Delay(Timeout.InfiniteTimeSpan, token);
                        });
                        return Task.CompletedTask;
                    },
                    cancellationToken: outerToken));
                _ = outer.Run(async _ =>
                {
                    await started.WaitAsync(Token);
                    throw new FormatException();
                });
                return Task.CompletedTask;
            },
            cancellationToken: Token));

        Assert.True(innerChild!.IsCanceled);
    }
}
