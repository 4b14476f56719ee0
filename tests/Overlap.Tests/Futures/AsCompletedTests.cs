using Overlap.Futures;
using Overlap.Testing;

namespace Overlap.Tests.Futures;

public class AsCompletedTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AsCompleted_TasksEndOutOfOrder_GivesThemAsTheyEnd()
    {
        TaskCompletionSource<int>[] sources = Sources(3);
        await using IAsyncEnumerator<Task<int>> tasks = Start(sources, Seconds(10, new VirtualTimeProvider()));

        sources[1].SetResult(1);
        Assert.Equal(sources[1].Task, await NextAsync(tasks));
        sources[2].SetException(new FormatException());
        Assert.Equal(sources[2].Task, await NextAsync(tasks));
        sources[0].SetResult(0);
        Assert.Equal(sources[0].Task, await NextAsync(tasks));
        Assert.False(await tasks.MoveNextAsync());
    }

    [Fact]
    public async Task AsCompleted_EndedAlready_GivesThemInTheirOrder()
    {
        Task<int>[] tasks = [Task.FromResult(3), Task.FromResult(1), Task.FromResult(2)];

        Assert.Equal(tasks, await tasks.AsCompleted(Seconds(0, new VirtualTimeProvider()), Token).ToListAsync(Token));
    }

    [Fact]
    public async Task AsCompleted_SameTaskTwice_GivesItOnce()
    {
        Task<int> task = Task.FromResult(3);

        Assert.Equal([task], await new[] { task, task }.AsCompleted(Seconds(1, new VirtualTimeProvider()), Token).ToListAsync(Token));
    }

    [Fact]
    public async Task AsCompleted_NoTasks_EndsAtOnce() =>
        Assert.Empty(await Array.Empty<Task>().AsCompleted(Seconds(0, new VirtualTimeProvider()), Token).ToListAsync(Token));

    [Fact]
    public async Task AsCompleted_DeadlinePasses_SaysHowManyOfHowManyHadNotEnded()
    {
        var time = new VirtualTimeProvider();
        TaskCompletionSource<int>[] sources = Sources(3);
        await using IAsyncEnumerator<Task<int>> tasks = Start(sources, Seconds(10, time));
        sources[0].SetResult(0);
        await NextAsync(tasks);

        Task next = NextAsync(tasks);
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(next.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));

        var exception = await Assert.ThrowsAsync<TimeoutException>(() => next);
        Assert.Equal("2 of 3 tasks had not ended when the deadline of 10 s passed.", exception.Message);
        Assert.All(sources[1..], source => Assert.True(source.TrySetResult(1)));
    }

    [Fact]
    public async Task AsCompleted_TaskEndedBeforeItIsAskedFor_IsGivenAfterTheDeadline()
    {
        var time = new VirtualTimeProvider();
        TaskCompletionSource<int>[] sources = Sources(3);
        await using IAsyncEnumerator<Task<int>> tasks = Start(sources, Seconds(10, time));
        sources[0].SetResult(0);
        await NextAsync(tasks);

        time.Advance(TimeSpan.FromSeconds(11));
        sources[1].SetResult(1);

        Assert.Equal(sources[1].Task, await NextAsync(tasks));
        Assert.Contains("1 of 3", (await Assert.ThrowsAsync<TimeoutException>(() => NextAsync(tasks))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AsCompleted_EnumeratedLate_DeadlineCountsFromTheCall()
    {
        var time = new VirtualTimeProvider();
        IAsyncEnumerable<Task> tasks = new[] { new TaskCompletionSource().Task }.AsCompleted(Seconds(10, time), Token);

        time.Advance(TimeSpan.FromSeconds(10));

        await Assert.ThrowsAsync<TimeoutException>(async () => await tasks.ToListAsync(Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AsCompleted_CancelledWhileWaiting_Throws(bool byTheEnumeration)
    {
        using var source = new CancellationTokenSource();
        Task[] pending = [new TaskCompletionSource().Task];
        await using IAsyncEnumerator<Task> tasks = byTheEnumeration
            ? pending.AsCompleted(Infinite(), CancellationToken.None).GetAsyncEnumerator(source.Token)
            : pending.AsCompleted(Infinite(), source.Token).GetAsyncEnumerator(CancellationToken.None);
        Task next = NextAsync(tasks);

        await source.CancelAsync();

        Assert.Equal(source.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next)).CancellationToken);
    }

    [Fact]
    public async Task AsCompleted_AlreadyCancelled_WinsOverEndedTasks() =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await new[] { Task.CompletedTask }.AsCompleted(Infinite(), new CancellationToken(canceled: true)).ToListAsync(Token));

    [Fact]
    public async Task AsCompleted_Exhausted_LeavesNoTimer()
    {
        var time = new VirtualTimeProvider();

        await new[] { Task.CompletedTask }.AsCompleted(Seconds(10, time), Token).ToListAsync(Token);

        Assert.Empty(time.PendingTimers);
    }

    [Fact]
    public async Task AsCompleted_LeftEarly_LeavesNoTimer()
    {
        var time = new VirtualTimeProvider();
        Task[] tasks = [Task.CompletedTask, new TaskCompletionSource().Task];

        await foreach (Task task in tasks.AsCompleted(Seconds(10, time), Token))
        {
            break;
        }

        Assert.Empty(time.PendingTimers);
    }

    [Fact]
    public async Task AsCompleted_EnumeratedTwice_GivesEverythingTwice()
    {
        Task[] tasks = [Task.CompletedTask, Task.FromResult(1)];
        IAsyncEnumerable<Task> ended = tasks.AsCompleted(Infinite(), Token);

        Assert.Equal(tasks, await ended.ToListAsync(Token));
        Assert.Equal(tasks, await ended.ToListAsync(Token));
    }

    [Fact]
    public async Task AsCompleted_ManyThreadsEndTasks_GivesEachOnce()
    {
        TaskCompletionSource<int>[] sources = Sources(2000);
        Task<List<Task<int>>> all = sources.Select(source => source.Task).AsCompleted(Infinite(), Token).ToListAsync(Token).AsTask();

        Parallel.For(0, sources.Length, i => sources[i].SetResult(i));

        Assert.Equal(Enumerable.Range(0, 2000), (await all).Select(task => task.Result).Order());
    }

    [Fact]
    public void AsCompleted_NullTask_ThrowsAtTheCall() =>
        Assert.Throws<ArgumentException>("tasks", () => new Task[] { null! }.AsCompleted(Infinite(), Token));

    [Theory]
    [InlineData(-2.0)]
    [InlineData(50 * 86400.0)]
    public void Deadline_OutOfRange_Throws(double seconds) =>
        Assert.Throws<ArgumentOutOfRangeException>("Deadline", () => Seconds(seconds, TimeProvider.System));

    private static AsCompletedOptions Seconds(double deadline, TimeProvider time) =>
        new() { Deadline = TimeSpan.FromSeconds(deadline), TimeProvider = time };

    private static AsCompletedOptions Infinite() => new() { Deadline = Timeout.InfiniteTimeSpan };

    private static TaskCompletionSource<int>[] Sources(int count) => [.. Enumerable.Range(0, count).Select(_ => new TaskCompletionSource<int>())];

    private static IAsyncEnumerator<Task<int>> Start(TaskCompletionSource<int>[] sources, AsCompletedOptions options) =>
        sources.Select(source => source.Task).AsCompleted(options, Token).GetAsyncEnumerator(Token);

    private static async Task<T> NextAsync<T>(IAsyncEnumerator<T> items)
    {
        Assert.True(await items.MoveNextAsync());
        return items.Current;
    }
}
