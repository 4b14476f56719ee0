using Overlap.Futures;
using Overlap.Testing;

namespace Overlap.Tests.Futures;

public class TaskGroupFailureTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CancelSiblings_OneFails_RunningOnesAreCancelledAndWaitingOnesNeverStart()
    {
        var started = new TestSignal("sibling started");
        await using var group = new TaskGroup(new TaskGroupOptions { Limit = 2 }, Token);
        Task running = group.Run(token =>
        {
            started.Signal();
            return Task.Delay(Timeout.InfiniteTimeSpan, token);
        });
        Task failing = group.Run(async _ =>
        {
            await started.WaitAsync(Token);
            throw new FormatException();
        });
        Task waiting = group.Run(_ => throw new InvalidOperationException("started after the failure"));

        var exception = await Assert.ThrowsAsync<AggregateException>(group.JoinAsync);

        Assert.IsType<FormatException>(Assert.Single(exception.InnerExceptions));
        Assert.True(running.IsCanceled);
        Assert.True(failing.IsFaulted);
        Assert.True(waiting.IsCanceled);
        Assert.True(group.CancellationToken.IsCancellationRequested);
    }

    [Fact]
    public async Task CancelSiblings_StartedAfterAFailure_IsCancelledAtOnce()
    {
        await using var group = new TaskGroup(cancellationToken: Token);
        Task failing = group.Run(_ => throw new FormatException());
        var cancelled = new TestSignal("group cancelled");
        using CancellationTokenRegistration registration = group.CancellationToken.Register(cancelled.Signal);
        await cancelled.WaitAsync(Token);

        Task late = group.Run(_ => throw new InvalidOperationException("started after the failure"));

        Assert.True(failing.IsFaulted);
        Assert.True(late.IsCanceled);
        await Assert.ThrowsAsync<AggregateException>(group.JoinAsync);
    }

    [Fact]
    public async Task CancelSiblings_SiblingFailsWhileItIsCancelled_BothErrorsAreKeptInStartOrder()
    {
        await using var group = new TaskGroup(cancellationToken: Token);
        var started = new TestSignal("first started");
        _ = group.Run(async token =>
        {
            started.Signal();
            await Task.Delay(Timeout.InfiniteTimeSpan, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw new FormatException("first, later");
        });
        _ = group.Run(async _ =>
        {
            await started.WaitAsync(Token);
            throw new FormatException("second, sooner");
        });

        var exception = await Assert.ThrowsAsync<AggregateException>(group.JoinAsync);

        Assert.Equal(["first, later", "second, sooner"], exception.InnerExceptions.Select(inner => inner.Message));
    }

    [Fact]
    public async Task WaitAll_OneFails_OthersGoOnAndStart()
    {
        await using var group = new TaskGroup(new TaskGroupOptions { Limit = 1, OnFailure = FailurePolicy.WaitAll }, Token);
        _ = group.Run(_ => throw new FormatException("a"));
        Task<int> good = group.Run(_ => Task.FromResult(1));
        _ = group.Run(_ => throw new FormatException("b"));

        var exception = await Assert.ThrowsAsync<AggregateException>(group.JoinAsync);

        Assert.Equal(["a", "b"], exception.InnerExceptions.Select(inner => inner.Message));
        Assert.Equal(1, await good);
        Assert.False(group.IsCanceled);
    }

    [Fact]
    public async Task Collect_OneFails_JoinDoesNotThrowAndTheTaskHasTheError()
    {
        await using var group = new TaskGroup(new TaskGroupOptions { OnFailure = FailurePolicy.Collect }, Token);
        Task<int> bad = group.Run<int>(_ => throw new FormatException());
        Task<int> good = group.Run(_ => Task.FromResult(1));

        await group.JoinAsync();

        Assert.IsType<FormatException>(Outcome<int>.FromTask(bad).Exception);
        Assert.Equal(1, Outcome<int>.FromTask(good).Value);
    }

    [Fact]
    public async Task JoinAsync_ChildHasSeveralExceptions_AllAreKept()
    {
        await using var group = new TaskGroup(cancellationToken: Token);
        _ = group.Run(_ => Task.WhenAll(Task.FromException(new FormatException("a")), Task.FromException(new FormatException("b"))));

        var exception = await Assert.ThrowsAsync<AggregateException>(group.JoinAsync);

        Assert.Equal(["a", "b"], exception.InnerExceptions.Select(inner => inner.Message));
    }

    [Fact]
    public async Task JoinAsync_ChildCancelledThoughNothingCancelledTheGroup_IsAnError()
    {
        await using var group = new TaskGroup(cancellationToken: Token);
        var timeout = new TaskCanceledException("The client gave up after 100 s.");
        _ = group.Run(_ => throw timeout);

        var exception = await Assert.ThrowsAsync<AggregateException>(group.JoinAsync);

        Assert.Same(timeout, Assert.Single(exception.InnerExceptions));
        Assert.Equal(1, group.GetStatistics().Failed);
    }

    [Fact]
    public async Task JoinAsync_CancellationCallbackThrows_ItsErrorIsKeptAndTheGroupEnds()
    {
        await using var group = new TaskGroup(cancellationToken: Token);
        using CancellationTokenRegistration registration = group.CancellationToken.Register(() => throw new FormatException("callback"));
        _ = group.Run(_ => throw new FormatException("child"));

        var exception = await Assert.ThrowsAsync<AggregateException>(group.JoinAsync);

        Assert.Equal(["child", "callback"], exception.InnerExceptions.Select(inner => inner.Message));
    }

    [Fact]
    public async Task RunAsync_BodyThrows_ChildrenAreCancelledWhateverThePolicyAndItsErrorIsFirst()
    {
        var started = new TestSignal("child started");
        Task? child = null;

        var exception = await Assert.ThrowsAsync<AggregateException>(() => TaskGroup.RunAsync(
            async group =>
            {
                child = group.Run(async token =>
                {
                    started.Signal();
                    await Task.Delay(Timeout.InfiniteTimeSpan, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    throw new FormatException("child");
                });
                await started.WaitAsync(Token);
                throw new FormatException("body");
            },
            new TaskGroupOptions { OnFailure = FailurePolicy.WaitAll },
            Token));

        Assert.Equal(["body", "child"], exception.InnerExceptions.Select(inner => inner.Message));
        Assert.True(child!.IsFaulted);
    }

    [Fact]
    public async Task RunAsync_BodyAwaitsAFailedChild_TheErrorComesOnce()
    {
        var error = new FormatException();

        var exception = await Assert.ThrowsAsync<AggregateException>(() => TaskGroup.RunAsync(
            async group => await group.Run(_ => Task.FromException<int>(error)), cancellationToken: Token));

        Assert.Same(error, Assert.Single(exception.InnerExceptions));
    }

    [Fact]
    public async Task RunAsync_CollectAndBodyThrows_ThrowsTheBodysErrorAlone()
    {
        var exception = await Assert.ThrowsAsync<AggregateException>(() => TaskGroup.RunAsync(
            async group =>
            {
                Task bad = group.Run(_ => throw new FormatException("child"));
                await bad.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw new FormatException("body");
            },
            new TaskGroupOptions { OnFailure = FailurePolicy.Collect },
            Token));

        Assert.Equal("body", Assert.Single(exception.InnerExceptions).Message);
    }

    [Fact]
    public async Task JoinAsync_ManyChildrenFailAtOnce_KeepsEveryErrorInStartOrder()
    {
        var release = new TaskCompletionSource();
        await using var group = new TaskGroup(new TaskGroupOptions { OnFailure = FailurePolicy.WaitAll }, Token);
        for (int i = 0; i < 500; i++)
        {
            int number = i;
            _ = group.Run(async _ =>
            {
                await release.Task.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
                throw new FormatException($"{number}");
            });
        }

        release.SetResult();
        var exception = await Assert.ThrowsAsync<AggregateException>(group.JoinAsync);

        Assert.Equal(Enumerable.Range(0, 500).Select(number => $"{number}"), exception.InnerExceptions.Select(inner => inner.Message));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Limit_BelowOne_Throws(int limit) =>
        Assert.Throws<ArgumentOutOfRangeException>("Limit", () => new TaskGroupOptions { Limit = limit });

    [Theory]
    [InlineData(0.0)]
    [InlineData(50 * 86400.0)]
    public void Timeout_OutOfRange_Throws(double seconds) =>
        Assert.Throws<ArgumentOutOfRangeException>("Timeout", () => new TaskGroupOptions { Timeout = TimeSpan.FromSeconds(seconds) });

    [Fact]
    public void OnFailure_Unknown_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>("OnFailure", () => new TaskGroupOptions { OnFailure = (FailurePolicy)7 });
}
