using Overlap.Futures;
using Overlap.Testing;

namespace Overlap.Tests.Futures;

public class TaskGroupAnyTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AnyAsync_OneSucceeds_GivesItAndCancelsAndJoinsTheRest()
    {
        var started = new TestSignal("loser started");
        bool loserEnded = false;

        int result = await TaskGroup.AnyAsync(
            [
                async token =>
                {
                    started.Signal();
                    await Task.Delay(Timeout.InfiniteTimeSpan, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    await Task.Yield();
                    Volatile.Write(ref loserEnded, true);
                    return 1;
                },
                async _ =>
                {
                    await started.WaitAsync(Token);
                    return 2;
                },
            ],
            cancellationToken: Token);

        Assert.Equal(2, result);
        Assert.True(loserEnded);
    }

    [Fact]
    public async Task AnyAsync_FirstFails_GoesOnToTheNext() =>
        Assert.Equal(2, await TaskGroup.AnyAsync(
            [FailAsync, SucceedAsync], new TaskGroupOptions { Limit = 1, OnFailure = FailurePolicy.CancelSiblings }, Token));

    [Fact]
    public async Task AnyAsync_LimitOfOneAndFirstSucceeds_SecondNeverStarts()
    {
        int result = await TaskGroup.AnyAsync(
            [SucceedAsync, _ => throw new FormatException("started")], new TaskGroupOptions { Limit = 1 }, Token);

        Assert.Equal(2, result);
    }

    [Fact]
    public async Task AnyAsync_AllFail_ThrowsAllErrorsInTheirOrder()
    {
        var exception = await Assert.ThrowsAsync<AggregateException>(() => TaskGroup.AnyAsync<int>(
            [_ => throw new FormatException("a"), _ => throw new FormatException("b")], cancellationToken: Token));

        Assert.Equal(["a", "b"], exception.InnerExceptions.Select(inner => inner.Message));
    }

    [Fact]
    public async Task AnyAsync_NoCalls_Throws() =>
        await Assert.ThrowsAsync<ArgumentException>("calls", () => TaskGroup.AnyAsync<int>([], cancellationToken: Token));

    [Fact]
    public async Task AnyAsync_CallerCancels_ThrowsWithTheCallersToken()
    {
        using var source = new CancellationTokenSource();
        Task<int> any = TaskGroup.AnyAsync([NeverAsync, NeverAsync], cancellationToken: source.Token);

        await source.CancelAsync();

        Assert.Equal(source.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => any)).CancellationToken);
    }

    [Fact]
    public async Task AnyAsync_TimePasses_Throws()
    {
        var time = new VirtualTimeProvider();
        Task<int> any = TaskGroup.AnyAsync(
            [NeverAsync], new TaskGroupOptions { Timeout = TimeSpan.FromSeconds(1), TimeProvider = time }, Token);

        time.Advance(TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<TimeoutException>(() => any);
    }

    [Fact]
    public async Task AnyAsync_TwoSucceedAtOnce_GivesOneOfThem()
    {
        var go = new TaskCompletionSource();
        Task<int> any = TaskGroup.AnyAsync([token => WaitAsync(1), token => WaitAsync(2)], cancellationToken: Token);

        go.SetResult();

        Assert.InRange(await any, 1, 2);

        async Task<int> WaitAsync(int value)
        {
            await go.Task;
            return value;
        }
    }

    [Fact]
    public async Task AnyAsync_EnumerationThrows_StartedCallsAreCancelledAndJoined()
    {
        Task<int>? started = null;

        await Assert.ThrowsAsync<FormatException>(() => TaskGroup.AnyAsync(Calls(), cancellationToken: Token));

        Assert.True(started is null || started.IsCanceled);

        IEnumerable<Func<CancellationToken, Task<int>>> Calls()
        {
            yield return token => started = NeverAsync(token);
            throw new FormatException();
        }
    }

    private static async Task<int> NeverAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        return 0;
    }

    private static Task<int> FailAsync(CancellationToken cancellationToken) => Task.FromException<int>(new FormatException());

    private static Task<int> SucceedAsync(CancellationToken cancellationToken) => Task.FromResult(2);
}
