using Overlap.Testing;

namespace Overlap.Tests.Testing;

public class TestSignalTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WaitAsync_SignalledBefore_TakesTheOldestValue()
    {
        var signal = new TestSignal<int>("number");
        signal.Signal(1);
        signal.Signal(2);

        Assert.Equal(1, await signal.WaitAsync(Token));
        Assert.Equal(2, await signal.WaitAsync(Token));
        Assert.Equal([1, 2], signal.Values);
    }

    [Fact]
    public async Task WaitAsync_SignalledLater_WaitersAreServedInOrder()
    {
        var signal = new TestSignal<int>("number");
        Task<int> first = signal.WaitAsync(Token);
        Task<int> second = signal.WaitAsync(Token);
        Assert.False(first.IsCompleted);

        signal.Signal(1);
        signal.Signal(2);

        Assert.Equal(1, await first);
        Assert.Equal(2, await second);
    }

    [Fact]
    public async Task WaitAsync_Cancelled_LeavesTheSignalForTheNext()
    {
        var signal = new TestSignal<int>("number");
        using var source = new CancellationTokenSource();
        Task<int> cancelled = signal.WaitAsync(source.Token);
        Task<int> next = signal.WaitAsync(Token);

        await source.CancelAsync();
        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        signal.Signal(7);

        Assert.Equal(source.Token, exception.CancellationToken);
        Assert.Contains("'number' did not come", exception.Message, StringComparison.Ordinal);
        Assert.Equal(7, await next);
    }

    [Fact]
    public async Task WaitAsync_AlreadyCancelled_WinsOverASignal()
    {
        var signal = new TestSignal<int>();
        signal.Signal(1);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => signal.WaitAsync(new CancellationToken(canceled: true)));

        Assert.Equal(1, signal.Require());
    }

    [Fact]
    public async Task WaitAsync_PatienceLost_NamesTheSignal()
    {
        var signal = new TestSignal("worker started") { Patience = TimeSpan.FromMilliseconds(1) };

        var exception = await Assert.ThrowsAsync<TimeoutException>(() => signal.WaitAsync(Token));

        Assert.Contains("'worker started' did not come: given 0 times", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wait_SignalFromAnotherThread_Returns()
    {
        var signal = new TestSignal<string>("word");
        var thread = new Thread(() => signal.Signal("hello"));
        thread.Start();

        Assert.Equal("hello", signal.Wait(Token));
        thread.Join();
    }

    [Fact]
    public void Require_NotGiven_Throws()
    {
        var signal = new TestSignal("commit");
        signal.Signal();
        signal.Require();

        Assert.Contains("'commit'", Assert.Throws<InvalidOperationException>(signal.Require).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RequireEmpty_OneNotTaken_Throws()
    {
        var signal = new TestSignal<int>("retry");
        signal.RequireEmpty();
        signal.Signal(42);

        Assert.Contains("42", Assert.Throws<InvalidOperationException>(signal.RequireEmpty).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WaitForCountAsync_ReachedLater_CompletesAndTakesNone()
    {
        var signal = new TestSignal();
        Task waiting = signal.WaitForCountAsync(3, Token);
        signal.Signal();
        signal.Signal();
        Assert.False(waiting.IsCompleted);

        signal.Signal();

        await waiting;
        await signal.WaitForCountAsync(3, Token);
        signal.Require();
        Assert.Equal(3, signal.Count);
    }

    [Fact]
    public async Task Signal_ManyThreads_EveryValueIsTakenOnce()
    {
        var signal = new TestSignal<int>();
        Task<int[]> taken = Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => signal.WaitAsync(Token)));

        Parallel.For(0, 1000, signal.Signal);

        Assert.Equal(Enumerable.Range(0, 1000), (await taken).Order());
        signal.RequireEmpty();
    }
}
