using System.Runtime.CompilerServices;
using Overlap.Futures;
using Overlap.Testing;

namespace Overlap.Tests.Futures;

public class TaskGroupCancellationTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task JoinAsync_CallerCancels_ThrowsWithTheCallersToken()
    {
        using var source = new CancellationTokenSource();
        await using var group = new TaskGroup(new TaskGroupOptions { Limit = 1 }, source.Token);
        Task running = group.Run(token => Task.Delay(Timeout.InfiniteTimeSpan, token));
        Task waiting = group.Run(_ => Task.CompletedTask);
        Task join = group.JoinAsync();

        await source.CancelAsync();

        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => join);
        Assert.Equal(source.Token, exception.CancellationToken);
        Assert.True(running.IsCanceled);
        Assert.True(waiting.IsCanceled);
        Assert.Equal(2, group.GetStatistics().Canceled);
    }

    [Fact]
    public async Task JoinAsync_ChildHearsOfTheCallersCancellationFirst_IsNoFailure()
    {
        // Callbacks of a token run newest first, one after the other: while this one waits, the group's own registration has not run,
        // so only the end of the child can have told the group.
        using var source = new CancellationTokenSource();
        await using var group = new TaskGroup(cancellationToken: source.Token);
        var child = new TaskCompletionSource();
        var started = new TestSignal("child started");
        var told = new TestSignal("group told");
        using CancellationTokenRegistration telling = group.CancellationToken.Register(told.Signal);
        Task running = group.Run(_ =>
        {
            started.Signal();
            return child.Task;
        });
        using CancellationTokenRegistration registration = source.Token.Register(() =>
        {
            child.SetCanceled(source.Token);
            told.Wait(Token);
        });
        Task join = group.JoinAsync();
        await started.WaitAsync(Token);

        await source.CancelAsync();

        Assert.Equal(source.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => join)).CancellationToken);
        Assert.True(running.IsCanceled);
        Assert.Equal(0, group.GetStatistics().Failed);
    }

    [Fact]
    public async Task JoinAsync_CallerCancelsAndAChildFails_TheErrorIsKept()
    {
        using var source = new CancellationTokenSource();
        await using var group = new TaskGroup(cancellationToken: source.Token);
        var started = new TestSignal("child started");
        _ = group.Run(async token =>
        {
            started.Signal();
            await Task.Delay(Timeout.InfiniteTimeSpan, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw new FormatException();
        });
        await started.WaitAsync(Token);

        await source.CancelAsync();

        var exception = await Assert.ThrowsAsync<AggregateException>(group.JoinAsync);
        Assert.IsType<FormatException>(Assert.Single(exception.InnerExceptions));
    }

    [Fact]
    public async Task Run_CallersTokenAlreadyCancelled_ChildNeverStarts()
    {
        await using var group = new TaskGroup(cancellationToken: new CancellationToken(canceled: true));

        Task child = group.Run(_ => throw new FormatException("started"));

        Assert.True(child.IsCanceled);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(group.JoinAsync);
    }

    [Fact]
    public async Task RunAsync_CallersTokenAlreadyCancelled_BodyIsNotCalled() =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => TaskGroup.RunAsync(
            _ => throw new FormatException("called"), cancellationToken: new CancellationToken(canceled: true)));

    [Fact]
    public async Task Cancel_ChildrenRun_JoinEndsWithoutAnException()
    {
        await using var group = new TaskGroup(cancellationToken: Token);
        Task child = group.Run(token => Task.Delay(Timeout.InfiniteTimeSpan, token));

        group.Cancel();
        group.Cancel();
        await group.JoinAsync();

        Assert.True(child.IsCanceled);
    }

    [Fact]
    public async Task Cancel_ChildIsHandedToThePoolButHasNotBegun_NeverBegins()
    {
        await using var group = new TaskGroup(cancellationToken: Token);
        _ = group.Run(token => Task.Delay(Timeout.InfiniteTimeSpan, token));
        var child = new TaskGroupChild<int>(group, _ => throw new FormatException("began"));

        group.Cancel();
        ((IThreadPoolWorkItem)child).Execute();

        Assert.True(child.Future.IsCanceled);
    }

    [Fact]
    public async Task RunAsync_BodyEndsByTheGroupsOwnCancel_DoesNotInventAResult()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => TaskGroup.RunAsync<int>(
            async group =>
            {
                group.Cancel();
                await Task.Delay(Timeout.InfiniteTimeSpan, group.CancellationToken);
                return 1;
            },
            cancellationToken: Token));
    }

    [Fact]
    public async Task JoinAsync_TimePasses_CancelsAndSaysHowMany()
    {
        var time = new VirtualTimeProvider();
        await using var group = new TaskGroup(
            new TaskGroupOptions { Limit = 1, Timeout = TimeSpan.FromSeconds(5), TimeProvider = time }, Token);
        Task quick = group.Run(_ => Task.CompletedTask);
        await quick;
        Task slow = group.Run(token => Task.Delay(Timeout.InfiniteTimeSpan, token));
        _ = group.Run(_ => Task.CompletedTask);
        Task join = group.JoinAsync();

        time.Advance(TimeSpan.FromSeconds(4));
        Assert.False(join.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));

        var exception = await Assert.ThrowsAsync<TimeoutException>(() => join);
        Assert.Equal("2 of 3 children had not ended when the group's time of 5 s passed.", exception.Message);
        Assert.True(slow.IsCanceled);
    }

    [Fact]
    public async Task JoinAsync_TimePassesAndAChildFails_KeepsBoth()
    {
        var time = new VirtualTimeProvider();
        await using var group = new TaskGroup(new TaskGroupOptions { Timeout = TimeSpan.FromSeconds(5), TimeProvider = time }, Token);
        var started = new TestSignal("child started");
        _ = group.Run(async token =>
        {
            started.Signal();
            await Task.Delay(Timeout.InfiniteTimeSpan, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw new FormatException();
        });
        await started.WaitAsync(Token);

        time.Advance(TimeSpan.FromSeconds(5));

        var exception = await Assert.ThrowsAsync<AggregateException>(group.JoinAsync);
        Assert.Equal([typeof(FormatException), typeof(TimeoutException)], exception.InnerExceptions.Select(inner => inner.GetType()));
    }

    [Fact]
    public async Task JoinAsync_EndsInTime_LeavesNoTimer()
    {
        var time = new VirtualTimeProvider();
        await using var group = new TaskGroup(new TaskGroupOptions { Timeout = TimeSpan.FromSeconds(5), TimeProvider = time }, Token);
        _ = group.Run(_ => Task.CompletedTask);

        await group.JoinAsync();

        Assert.Empty(time.PendingTimers);
    }

    [Fact]
    public async Task JoinAsync_LongLivedToken_LeavesNothingRegisteredOnIt()
    {
        using var source = new CancellationTokenSource();
        WeakReference[] groups = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => RunOnceAsync(source.Token)));

        await TaskSetWaitTests.Collect(groups);

        Assert.All(groups, group => Assert.False(group.IsAlive));
    }

    [Fact]
    public async Task JoinAsync_ChildrenFailed_NoExceptionIsLeftUnobserved()
    {
        string marker = $"{Guid.NewGuid()}";
        int unobserved = 0;
        EventHandler<UnobservedTaskExceptionEventArgs> handler = (_, e) =>
        {
            if (e.Exception.ToString().Contains(marker, StringComparison.Ordinal))
            {
                Interlocked.Increment(ref unobserved);
            }
        };
        TaskScheduler.UnobservedTaskException += handler;
        try
        {
            WeakReference[] groups = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => FailOnceAsync(marker)));
            await TaskSetWaitTests.Collect(groups);

            Assert.All(groups, group => Assert.False(group.IsAlive));
            Assert.Equal(0, unobserved);
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= handler;
        }
    }

    [Fact]
    [Trait("kind", "stress")]
    public async Task JoinAsync_CancelledWhileChildrenEndAndStart_EveryChildEndsOnceBeforeTheGroup()
    {
        // 300 rounds of 40 children, four at a time, cancelled by a second thread after a number of ends that varies with the round.
        for (int round = 0; round < 300; round++)
        {
            using var source = new CancellationTokenSource();
            await using var group = new TaskGroup(new TaskGroupOptions { Limit = 4 }, source.Token);
            var ended = new TestSignal("child ended");
            Task[] children = [.. Enumerable.Range(0, 40).Select(_ => group.Run(async token =>
            {
                await Task.Yield();
                ended.Signal();
                token.ThrowIfCancellationRequested();
            }))];
            Task cancelling = Task.Run(
                async () =>
                {
                    await ended.WaitForCountAsync(1 + (round % 20), Token);
                    await source.CancelAsync();
                },
                Token);

            await Record.ExceptionAsync(group.JoinAsync);

            Assert.All(children, child => Assert.True(child.IsCompleted));
            TaskGroupStatistics statistics = group.GetStatistics();
            Assert.Equal((40, 0, 0, 0), (statistics.Succeeded + statistics.Canceled, statistics.Failed, statistics.Running, statistics.Waiting));
            await cancelling;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> RunOnceAsync(CancellationToken token)
    {
        await using var group = new TaskGroup(cancellationToken: token);
        _ = group.Run(_ => Task.CompletedTask);
        await group.JoinAsync();
        return new WeakReference(group);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> FailOnceAsync(string marker)
    {
        await using var group = new TaskGroup(new TaskGroupOptions { OnFailure = FailurePolicy.WaitAll }, CancellationToken.None);
        _ = group.Run(_ => throw new FormatException(marker));
        _ = group.Run(async _ =>
        {
            await Task.Yield();
            throw new FormatException(marker);
        });
        await group.JoinAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return new WeakReference(group);
    }
}
