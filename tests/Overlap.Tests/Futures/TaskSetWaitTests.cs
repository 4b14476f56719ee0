using System.Runtime.CompilerServices;
using Overlap.Futures;

namespace Overlap.Tests.Futures;

public class TaskSetWaitTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WaitAsync_All_WaitsForTheLast()
    {
        TaskCompletionSource<int>[] sources = Sources(3);
        Task<WaitResult<Task<int>>> wait = Futures(sources).WaitAsync(cancellationToken: Token);

        sources[2].SetResult(2);
        sources[0].SetException(new FormatException());
        Assert.False(wait.IsCompleted);
        sources[1].SetCanceled(Token);

        WaitResult<Task<int>> result = await wait;
        Assert.Equal(Futures(sources), result.Done);
        Assert.Empty(result.NotDone);
    }

    [Fact]
    public async Task WaitAsync_FirstCompleted_PartsTheTasksInTheirOrder()
    {
        TaskCompletionSource<int>[] sources = Sources(4);
        Task<WaitResult<Task<int>>> wait = Futures(sources).WaitAsync(WaitMode.FirstCompleted, Token);

        sources[2].SetResult(2);

        WaitResult<Task<int>> result = await wait;
        Assert.Equal([sources[2].Task], result.Done);
        Assert.Equal([sources[0].Task, sources[1].Task, sources[3].Task], result.NotDone);
    }

    [Fact]
    public async Task WaitAsync_FirstException_GoesOnPastResultsAndCancellations()
    {
        TaskCompletionSource<int>[] sources = Sources(4);
        Task<WaitResult<Task<int>>> wait = Futures(sources).WaitAsync(WaitMode.FirstException, Token);

        sources[0].SetResult(0);
        sources[1].SetCanceled(Token);
        Assert.False(wait.IsCompleted);
        sources[2].SetException(new FormatException());

        WaitResult<Task<int>> result = await wait;
        Assert.Equal([sources[0].Task, sources[1].Task, sources[2].Task], result.Done);
        Assert.Equal([sources[3].Task], result.NotDone);
    }

    [Fact]
    public async Task WaitAsync_FirstExceptionAndNoneFails_WaitsForAll()
    {
        TaskCompletionSource<int>[] sources = Sources(2);
        Task<WaitResult<Task<int>>> wait = Futures(sources).WaitAsync(WaitMode.FirstException, Token);

        sources[0].SetResult(0);
        Assert.False(wait.IsCompleted);
        sources[1].SetResult(1);

        Assert.Equal(2, (await wait).Done.Count);
    }

    [Theory]
    [InlineData(WaitMode.All)]
    [InlineData(WaitMode.FirstCompleted)]
    [InlineData(WaitMode.FirstException)]
    public async Task WaitAsync_NoTasks_EndsAtOnce(WaitMode mode)
    {
        Task<WaitResult<Task>> wait = Array.Empty<Task>().WaitAsync(mode, Token);

        Assert.True(wait.IsCompletedSuccessfully);
        Assert.Empty((await wait).Done);
        Assert.Empty((await wait).NotDone);
    }

    [Theory]
    [InlineData(WaitMode.FirstCompleted)]
    [InlineData(WaitMode.FirstException)]
    public async Task WaitAsync_SatisfiedAlready_EndsAtOnce(WaitMode mode)
    {
        Task failed = Task.FromException(new FormatException());
        Task pending = new TaskCompletionSource().Task;

        Task<WaitResult<Task>> wait = new[] { pending, failed }.WaitAsync(mode, Token);

        Assert.True(wait.IsCompletedSuccessfully);
        Assert.Equal([failed], (await wait).Done);
        Assert.Equal([pending], (await wait).NotDone);
    }

    [Fact]
    public async Task WaitAsync_SameTaskTwice_CountsOnce()
    {
        Task done = Task.CompletedTask;

        WaitResult<Task> result = await new[] { done, done, done }.WaitAsync(cancellationToken: Token);

        Assert.Equal([done], result.Done);
    }

    [Fact]
    public async Task WaitAsync_Cancelled_ThrowsAndTheTasksGoOn()
    {
        TaskCompletionSource<int>[] sources = Sources(2);
        using var source = new CancellationTokenSource();
        Task<WaitResult<Task<int>>> wait = Futures(sources).WaitAsync(cancellationToken: source.Token);

        await source.CancelAsync();

        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
        Assert.Equal(source.Token, exception.CancellationToken);
        Assert.All(sources, future => Assert.True(future.TrySetResult(1)));
    }

    [Fact]
    public async Task WaitAsync_AlreadyCancelled_WinsOverEndedTasks() =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            new[] { Task.CompletedTask }.WaitAsync(cancellationToken: new CancellationToken(canceled: true)));

    [Fact]
    public async Task WaitAsync_NullTask_Throws() =>
        await Assert.ThrowsAsync<ArgumentException>("tasks", () => new Task[] { null! }.WaitAsync(cancellationToken: Token));

    [Fact]
    public async Task WaitAsync_UnknownMode_Throws() =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>("mode", () => Array.Empty<Task>().WaitAsync((WaitMode)9, Token));

    [Fact]
    public async Task WaitAsync_LongLivedTaskManyTimes_LeavesNothingOnIt()
    {
        var longLived = new TaskCompletionSource();
        using var source = new CancellationTokenSource();
        WeakReference[] waits = [.. Enumerable.Range(0, 50).Select(_ => WaitOnce(longLived.Task, source.Token))];

        await Collect(waits);

        Assert.All(waits, wait => Assert.False(wait.IsAlive));
        longLived.SetResult();
    }

    [Fact]
    public async Task WaitAsync_LongLivedTokenCancelsLater_LeavesNothingOnTheTask()
    {
        var longLived = new TaskCompletionSource();
        WeakReference[] waits = [.. Enumerable.Range(0, 50).Select(_ => CancelOnce(longLived.Task))];

        await Collect(waits);

        Assert.All(waits, wait => Assert.False(wait.IsAlive));
        longLived.SetResult();
    }

    [Fact]
    public async Task WaitAsync_AllEndAtOnceOnManyThreads_NeverHangs()
    {
        for (int round = 0; round < 200; round++)
        {
            TaskCompletionSource<int>[] sources = Sources(16);
            Task<WaitResult<Task<int>>> wait = Futures(sources).WaitAsync(cancellationToken: Token);
            Parallel.For(0, sources.Length, i => sources[i].SetResult(i));
            Assert.Equal(16, (await wait).Done.Count);
        }
    }

    // A thread that the system has stopped on its way out of the last call still holds what it called, until it gets its processor again.
    internal static async Task Collect(WeakReference[] references)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (references.Any(reference => reference.IsAlive) && TimeProvider.System.GetElapsedTime(start) < Patience)
        {
            await Task.Yield();
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference WaitOnce(Task longLived, CancellationToken token)
    {
        var wait = new TaskSetWait(WaitMode.FirstCompleted);
        var other = new TaskCompletionSource();
        Task waiting = wait.WaitAsync([longLived, other.Task], token);
        other.SetResult();
        waiting.GetAwaiter().GetResult();
        return new WeakReference(wait);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference CancelOnce(Task longLived)
    {
        using var source = new CancellationTokenSource();
        var wait = new TaskSetWait(WaitMode.All);
        Task waiting = wait.WaitAsync([longLived], source.Token);
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => waiting.GetAwaiter().GetResult());
        return new WeakReference(wait);
    }

    private static TaskCompletionSource<int>[] Sources(int count) => [.. Enumerable.Range(0, count).Select(_ => new TaskCompletionSource<int>())];

    private static Task<int>[] Futures(TaskCompletionSource<int>[] sources) => [.. sources.Select(source => source.Task)];
}
