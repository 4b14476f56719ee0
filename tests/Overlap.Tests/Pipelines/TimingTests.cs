using Overlap.Pipelines;
using Overlap.Testing;

namespace Overlap.Tests.Pipelines;

public sealed class TimingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Throttle_MoreThanTheRate_WaitsForTheStretchToPass()
    {
        VirtualTimeProvider time = new();
        await using IAsyncEnumerator<int> items = new CountedSource(3).Throttle(2, TimeSpan.FromSeconds(1), time).GetAsyncEnumerator(Token);
        Assert.True(await items.MoveNextAsync());
        Assert.True(await items.MoveNextAsync());
        Task<bool> third = items.MoveNextAsync().AsTask();
        Assert.False(third.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await third);
    }

    [Fact]
    public async Task Timeout_SourceIsLate_FailsAndDisposesTheSource()
    {
        VirtualTimeProvider time = new();
        LateSource source = new();
        IAsyncEnumerator<int> items = source.Timeout(TimeSpan.FromSeconds(1), time).GetAsyncEnumerator(Token);
        Task<bool> first = items.MoveNextAsync().AsTask();
        Assert.False(first.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<TimeoutException>(() => first);
        Assert.Equal(1, source.Disposals);
    }

    [Fact]
    public async Task Timeout_Cancelled_ThrowsWithTheCallersToken()
    {
        using CancellationTokenSource caller = new();
        IAsyncEnumerator<int> items = new LateSource().Timeout(TimeSpan.FromSeconds(1), new VirtualTimeProvider()).GetAsyncEnumerator(caller.Token);
        Task<bool> first = items.MoveNextAsync().AsTask();
        await caller.CancelAsync();
        OperationCanceledException canceled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal(caller.Token, canceled.CancellationToken);
    }

    [Fact]
    public async Task ZipBuffered_OneIsShorter_EndsWithIt()
    {
        CountedSource longer = new(int.MaxValue);
        (List<(int First, int Second)> items, Exception? failure) = await new CountedSource(3).ZipBuffered(longer, 2).CollectAsync(cancellationToken: Token);
        Assert.Null(failure);
        Assert.Equal([(0, 0), (1, 1), (2, 2)], items);
        Assert.Equal(1, longer.Disposals);
    }

    [Fact]
    public async Task Batch_FirstItemIsOld_GivesASmallerOne()
    {
        VirtualTimeProvider time = new();
        TaskCompletionSource second = new();
        TaskCompletionSource asked = new();
        CountedSource source = new(2)
        {
            Before = async item =>
            {
                if (item == 1)
                {
                    asked.SetResult();
                    await second.Task;
                }
            },
        };
        await using IAsyncEnumerator<int[]> batches = source.Batch(4, TimeSpan.FromSeconds(1), time).GetAsyncEnumerator(Token);
        Task<bool> first = batches.MoveNextAsync().AsTask();
        await asked.Task;
        await time.WaitForTimersAsync(1, Token);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await first);
        Assert.Equal([0], batches.Current);
        second.SetResult();
        Assert.True(await batches.MoveNextAsync());
        Assert.Equal([1], batches.Current);
    }

    /// <summary>Gives nothing until it is cancelled.</summary>
    private sealed class LateSource : IAsyncEnumerable<int>, IAsyncEnumerator<int>
    {
        private CancellationToken _token;

        public int Disposals { get; private set; }

        public int Current => 0;

        public IAsyncEnumerator<int> GetAsyncEnumerator(CancellationToken cancellationToken = default)
        {
            _token = cancellationToken;
            return this;
        }

        public async ValueTask<bool> MoveNextAsync()
        {
            await Task.Delay(System.Threading.Timeout.InfiniteTimeSpan, TimeProvider.System, _token);
            return false;
        }

        public ValueTask DisposeAsync()
        {
            Disposals++;
            return default;
        }
    }
}
