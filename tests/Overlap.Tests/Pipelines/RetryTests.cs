using System.Runtime.CompilerServices;
using Overlap.Pipelines;
using Overlap.Testing;

namespace Overlap.Tests.Pipelines;

public sealed class RetryTests
{
    private static readonly RetryOptions AtOnce = new() { FirstDelay = TimeSpan.Zero };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Retry_SourceFailsOnce_GivesWhatWasBeforeAgain()
    {
        Flaky source = new(failures: 1, failsAt: 2);
        (List<int> items, Exception? failure) = await source.From(0).Retry(AtOnce).CollectAsync(cancellationToken: Token);
        Assert.Null(failure);
        Assert.Equal([0, 1, 0, 1, 2, 3], items);
        Assert.Equal((2, 2), (source.Begun, source.Disposals));
    }

    [Fact]
    public async Task Retry_SourceAtAPosition_GivesEachItemOnce()
    {
        Flaky source = new(failures: 3, failsAt: 2);
        Func<long, IAsyncEnumerable<int>> sourceAt = source.From;
        (List<int> items, Exception? failure) = await sourceAt.Retry(AtOnce).CollectAsync(cancellationToken: Token);
        Assert.Null(failure);
        Assert.Equal([0, 1, 2, 3], items);
        Assert.Equal((4, 4), (source.Begun, source.Disposals));
    }

    [Fact]
    public async Task Retry_FailsMoreOftenThanAllowed_ThrowsTheLastFailure()
    {
        Flaky source = new(failures: 4, failsAt: 2);
        Func<long, IAsyncEnumerable<int>> sourceAt = source.From;
        (List<int> items, Exception? failure) = await sourceAt.Retry(AtOnce).CollectAsync(cancellationToken: Token);
        Assert.IsType<SourceException>(failure);
        Assert.Equal([0, 1], items);
        Assert.Equal((4, 4), (source.Begun, source.Disposals));
    }

    [Fact]
    public async Task Retry_ItemCameInBetween_CountsAnewAtAPositionOnly()
    {
        // One failure before each item: more than three over all, never two in a row.
        int calls = 0;
        async IAsyncEnumerable<int> At(long position)
        {
            await Task.CompletedTask;
            if (calls++ % 2 == 0)
            {
                throw new SourceException((int)position);
            }

            if (position < 6)
            {
                yield return (int)position;
            }

            if (position < 6)
            {
                throw new SourceException((int)position);
            }
        }

        Func<long, IAsyncEnumerable<int>> sourceAt = At;
        (List<int> items, Exception? failure) = await sourceAt.Retry(AtOnce with { Retries = 2 }).CollectAsync(cancellationToken: Token);
        Assert.Null(failure);
        Assert.Equal(Enumerable.Range(0, 6), items);
    }

    [Fact]
    public async Task Retry_FailureThatIsNotWorthIt_IsThrownAtOnce()
    {
        Flaky source = new(failures: 1, failsAt: 1);
        (List<int> items, Exception? failure) = await source.From(0).Retry(AtOnce with { When = static failure => failure is TimeoutException })
            .CollectAsync(cancellationToken: Token);
        Assert.IsType<SourceException>(failure);
        Assert.Equal([0], items);
        Assert.Equal(1, source.Begun);
    }

    [Fact]
    public async Task Retry_Pauses_GrowToTheLongest()
    {
        VirtualTimeProvider time = new();
        RetryOptions options = new() { Retries = 4, FirstDelay = TimeSpan.FromSeconds(1), MaxDelay = TimeSpan.FromSeconds(5), Jitter = 0, TimeProvider = time };
        Task<(List<int> Items, Exception? Failure)> all = new Flaky(failures: 4, failsAt: 0).From(0).Retry(options).CollectAsync(cancellationToken: Token);
        List<double> pauses = [];
        for (int i = 0; i < 4; i++)
        {
            pauses.Add((await time.AdvanceToNextTimerAsync(Token)).TotalSeconds);
        }

        Assert.Null((await all).Failure);
        Assert.Equal([1, 2, 4, 5], pauses);
    }

    [Fact]
    public void Of_JitterWithSeed_IsTheSameEachTimeAndWithinItsShare()
    {
        RetryOptions options = new() { FirstDelay = TimeSpan.FromSeconds(1), Jitter = 0.5, Seed = 7 };
        RetryPauses first = new(options);
        RetryPauses second = new(options);
        TimeSpan[] pauses = [.. Enumerable.Range(0, 5).Select(first.Of)];
        Assert.Equal(pauses, Enumerable.Range(0, 5).Select(second.Of));
        Assert.All(pauses.Index(), static pause => Assert.InRange(pause.Item.TotalSeconds, 0.5 * (1 << pause.Index), 1 << pause.Index));
    }

    [Fact]
    public void Of_NoFirstDelay_IsNoneHoweverOften() =>
        Assert.Equal(TimeSpan.Zero, new RetryPauses(AtOnce with { Retries = int.MaxValue }).Of(5_000));

    [Fact]
    public async Task Retry_CancelledInThePause_ThrowsWithTheCallersToken()
    {
        VirtualTimeProvider time = new();
        using CancellationTokenSource caller = new();
        Flaky source = new(failures: 1, failsAt: 0);
        Task<(List<int> Items, Exception? Failure)> all = source.From(0).Retry(new RetryOptions { TimeProvider = time })
            .CollectAsync(cancellationToken: caller.Token);
        await time.WaitForTimersAsync(1, Token);
        await caller.CancelAsync();
        Assert.Equal(caller.Token, Assert.IsAssignableFrom<OperationCanceledException>((await all).Failure).CancellationToken);
        Assert.Equal((1, 1), (source.Begun, source.Disposals));
    }

    [Fact]
    public async Task Retry_SourceCannotBeMade_IsTriedAgain()
    {
        int made = 0;
        Func<long, IAsyncEnumerable<int>> sourceAt = _ => made++ == 0 ? throw new SourceException(0) : new CountedSource(2);
        (List<int> items, Exception? failure) = await sourceAt.Retry(AtOnce).CollectAsync(cancellationToken: Token);
        Assert.Null(failure);
        Assert.Equal([0, 1], items);
    }

    /// <summary>Four numbers; fails some times at one of them.</summary>
    private sealed class Flaky(int failures, int failsAt)
    {
        private int _failures = failures;

        public int Begun { get; private set; }

        public int Disposals { get; private set; }

        public async IAsyncEnumerable<int> From(long position, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            Begun++;
            try
            {
                for (int i = (int)position; i < 4; i++)
                {
                    await Task.Yield();
                    cancellationToken.ThrowIfCancellationRequested();
                    if (i == failsAt && _failures-- > 0)
                    {
                        throw new SourceException(i);
                    }

                    yield return i;
                }
            }
            finally
            {
                Disposals++;
            }
        }

        public IAsyncEnumerable<int> From(long position) => From(position, CancellationToken.None);
    }
}
