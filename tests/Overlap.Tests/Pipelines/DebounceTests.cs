using Overlap.Pipelines;
using Overlap.Testing;

namespace Overlap.Tests.Pipelines;

public sealed class DebounceTests
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    private readonly VirtualTimeProvider _time = new();
    private readonly HandFedSource _source = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Debounce_Burst_GivesItsLastItemAfterTheQuietTime()
    {
        Pipeline pipeline = new();
        await using IAsyncEnumerator<int> items = _source.Debounce(Quiet, _time).Named(pipeline, "quiet").GetAsyncEnumerator(Token);
        Task<bool> first = items.MoveNextAsync().AsTask();
        await GiveAsync(1, 2, 3);
        await _time.WaitForTimersAsync(1, Token);
        _time.Advance(Quiet);
        Assert.True(await first);
        Assert.Equal(3, items.Current);
        StageStatistics stage = pipeline.Snapshot().Stages[0];
        Assert.Equal((3, 1, 2), (stage.ItemsIn, stage.ItemsOut, stage.Discarded));
    }

    [Fact]
    public async Task Debounce_ItemWithinTheQuietTime_BeginsItAnew()
    {
        await using IAsyncEnumerator<int> items = _source.Debounce(Quiet, _time).GetAsyncEnumerator(Token);
        Task<bool> first = items.MoveNextAsync().AsTask();
        await GiveAsync(1);
        await _time.WaitForTimersAsync(1, Token);
        _time.Advance(Quiet / 2);
        await GiveAsync(2);
        _time.Advance(Quiet / 2);

        // The timer was that of the first item: it is set again for what is left of the second one's time.
        await _time.WaitForTimersAsync(1, Token);
        Assert.False(first.IsCompleted);
        _time.Advance(Quiet / 2);
        Assert.True(await first);
        Assert.Equal(2, items.Current);
    }

    [Fact]
    public async Task Debounce_ItemAfterTheQuietTime_DoesNotReplaceTheOneBefore()
    {
        await using IAsyncEnumerator<int> items = _source.Debounce(Quiet, _time).GetAsyncEnumerator(Token);
        Task<bool> first = items.MoveNextAsync().AsTask();
        await GiveAsync(1);
        await _time.WaitForTimersAsync(1, Token);
        _time.Advance(Quiet);
        Assert.True(await first);
        await GiveAsync(2);
        _time.Advance(Quiet);

        // Nobody asks, and the time of 2 has come: 3 waits.
        _source.Give(3);
        Assert.True(await items.MoveNextAsync());
        Assert.Equal(2, items.Current);
        _source.End();
        Assert.True(await items.MoveNextAsync());
        Assert.Equal(3, items.Current);
        Assert.False(await items.MoveNextAsync());
    }

    [Fact]
    public async Task Debounce_SourceEnds_GivesTheLastItemAtOnce()
    {
        await using IAsyncEnumerator<int> items = _source.Debounce(Quiet, _time).GetAsyncEnumerator(Token);
        Task<bool> first = items.MoveNextAsync().AsTask();
        await GiveAsync(1, 2);
        _source.End();
        Assert.True(await first);
        Assert.Equal(2, items.Current);
        Assert.False(await items.MoveNextAsync());
    }

    [Fact]
    public async Task Debounce_ConsumerLeaves_LeavesNoTimer()
    {
        await using (IAsyncEnumerator<int> items = _source.Debounce(Quiet, _time).GetAsyncEnumerator(Token))
        {
            Task<bool> first = items.MoveNextAsync().AsTask();
            await GiveAsync(1);
            await _time.WaitForTimersAsync(1, Token);
            _time.Advance(Quiet);
            await first;
        }

        Assert.Empty(_time.PendingTimers);
        Assert.Equal(1, _source.Disposals);
    }

    private async Task GiveAsync(params int[] items)
    {
        foreach (int item in items)
        {
            await _source.WaitUntilAskedAsync();
            _source.Give(item);
        }

        await _source.WaitUntilAskedAsync();
    }
}
