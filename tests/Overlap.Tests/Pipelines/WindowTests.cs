using System.Collections.Immutable;
using Overlap.Pipelines;
using Overlap.Testing;

namespace Overlap.Tests.Pipelines;

public sealed class WindowTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly VirtualTimeProvider _time = new();
    private readonly HandFedSource _source = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(5, 3, 1, "012 123 234")]
    [InlineData(5, 3, 2, "012 234")]
    [InlineData(6, 3, 2, "012 234 45")]
    [InlineData(6, 3, 3, "012 345")]
    [InlineData(7, 3, 3, "012 345 6")]
    [InlineData(2, 3, 1, "01")]
    [InlineData(0, 3, 1, "")]
    [InlineData(3, 1, 1, "0 1 2")]
    public async Task Window_OfCount_GivesEachItemAtLeastOnce(int count, int size, int step, string expected)
    {
        (List<int[]> windows, Exception? failure) = await new CountedSource(count).Window(size, step).CollectAsync(cancellationToken: Token);
        Assert.Null(failure);
        Assert.Equal(expected, string.Join(' ', windows.Select(static window => string.Concat(window))));
    }

    [Fact]
    public async Task Window_OfTime_GivesWhatCameInEach()
    {
        DateTimeOffset start = _time.GetUtcNow();
        await using IAsyncEnumerator<TimeWindow<int>> windows = _source.Window(Second, timeProvider: _time).GetAsyncEnumerator(Token);
        Task<bool> first = windows.MoveNextAsync().AsTask();
        await GiveAsync(1, 2);
        await _time.WaitForTimersAsync(1, Token);
        _time.Advance(Second);
        Assert.True(await first);
        AssertWindow(start, windows.Current, 1, 2);

        // Nothing comes for two windows, which are passed over.
        _time.Advance(Second * 2.5);
        await GiveAsync(3);
        Task<bool> second = windows.MoveNextAsync().AsTask();
        await _time.WaitForTimersAsync(1, Token);
        _time.Advance(Second / 2);
        Assert.True(await second);
        AssertWindow(start + (Second * 3), windows.Current, 3);
    }

    [Fact]
    public async Task Window_OfTimeThatSlides_GivesAnItemInEachThatCoversIt()
    {
        DateTimeOffset start = _time.GetUtcNow();
        await using IAsyncEnumerator<TimeWindow<int>> windows = _source.Window(Second * 2, Second, _time).GetAsyncEnumerator(Token);
        Task<bool> first = windows.MoveNextAsync().AsTask();
        await GiveAsync(1);
        _time.Advance(Second);
        await GiveAsync(2);
        await _time.WaitForTimersAsync(1, Token);
        _time.Advance(Second);
        Assert.True(await first);
        AssertWindow(start, windows.Current, 1, 2);
        Task<bool> second = windows.MoveNextAsync().AsTask();
        await _time.WaitForTimersAsync(1, Token);
        _time.Advance(Second);
        Assert.True(await second);
        AssertWindow(start + Second, windows.Current, 2);
    }

    [Fact]
    public async Task Window_OfTimeSourceEnds_GivesTheRestAtOnce()
    {
        await using IAsyncEnumerator<TimeWindow<int>> windows = _source.Window(Second, timeProvider: _time).GetAsyncEnumerator(Token);
        Task<bool> first = windows.MoveNextAsync().AsTask();
        await GiveAsync(1);
        _source.End();
        Assert.True(await first);
        Assert.Equal([1], windows.Current.Items);
        Assert.False(await windows.MoveNextAsync());
    }

    [Fact]
    public async Task Window_OfTimeConsumerIsSlow_GivesTheWindowsThatPassed()
    {
        await using IAsyncEnumerator<TimeWindow<int>> windows = _source.Window(Second, timeProvider: _time).GetAsyncEnumerator(Token);
        Task<bool> first = windows.MoveNextAsync().AsTask();
        await GiveAsync(1);
        await _time.WaitForTimersAsync(1, Token);
        _time.Advance(Second);
        Assert.True(await first);
        await GiveAsync(2);
        _time.Advance(Second);
        await GiveAsync(3);
        _time.Advance(Second);
        Assert.True(await windows.MoveNextAsync());
        Assert.Equal([2], windows.Current.Items);
        Assert.True(await windows.MoveNextAsync());
        Assert.Equal([3], windows.Current.Items);
    }

    private static void AssertWindow(DateTimeOffset start, TimeWindow<int> window, params ImmutableArray<int> items) =>
        Assert.Equal((start, string.Join(' ', items)), (window.Start, string.Join(' ', window.Items)));

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
