using Overlap.Advice;
using Overlap.Executors;
using Overlap.Testing;

namespace Overlap.Tests.Advice;

public sealed class MeasureTests
{
    private static readonly AdviceOptions Short = new() { Budget = TimeSpan.FromMilliseconds(200), MostWorkers = 4 };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Measure_EmptySample_IsRefused()
    {
        ProbeFailedException exception = await Assert.ThrowsAsync<ProbeFailedException>(() => Advisor.MeasureAsync(static (int item) => item, [], Short, Cancellation));
        Assert.Equal("There is no item of work to measure.", exception.Message);
    }

    [Fact]
    public async Task Measure_EveryItemFails_TellsTheFirstReason()
    {
        // On a clock of its own, where an item takes a millisecond: by the machine's clock the first one may use up the budget alone.
        VirtualTimeProvider time = new();
        ProbeFailedException exception = await Assert.ThrowsAsync<ProbeFailedException>(() => Advisor.MeasureAsync(
            int (int item) =>
            {
                time.Advance(TimeSpan.FromMilliseconds(1));
                throw new InvalidDataException($"item {item} is torn");
            },
            [7],
            Short with { TimeProvider = time },
            Cancellation));
        Assert.EndsWith("that were tried failed, so there is nothing to measure; the first: item 7 is torn.", exception.Message, StringComparison.Ordinal);
        Assert.True(exception.Failed > 1);
        Assert.IsType<InvalidDataException>(exception.InnerException);
    }

    [Fact]
    public async Task Measure_Canceled_Ends()
    {
        using CancellationTokenSource source = new();
        source.Cancel();
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Advisor.MeasureAsync(static (int item) => item, [1], Short, source.Token));
    }

    [Fact]
    public async Task Measure_CanceledByTheFunction_Ends()
    {
        using CancellationTokenSource source = new();
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Advisor.MeasureAsync((int _) => source.Cancel(), [1], Short, source.Token));
    }

    [Fact]
    public async Task Measure_OneItem_SaysThatThisIsLittle()
    {
        Recommendation advice = await Advisor.MeasureAsync(static (int item) => item, [1], Short, Cancellation);
        Assert.Equal(Confidence.Low, advice.Confidence);
        Assert.Contains(advice.Doubts, static doubt => doubt.StartsWith("one item only", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Measure_OneItemThatMayNotBeRepeated_SaysThatThereIsNoneLeft()
    {
        int calls = 0;
        Recommendation advice = await Advisor.MeasureAsync((int _) => Interlocked.Increment(ref calls), [1], Short with { MayRepeat = false }, Cancellation);
        Assert.Equal(1, calls);
        Assert.Equal(1, advice.Workers);
        Assert.False(advice.IsWorthIt);
        Assert.Contains(advice.Doubts, static doubt => doubt.StartsWith("the sample has 1 item only", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Measure_SynchronousFunction_LeavesAsyncOut()
    {
        Recommendation advice = await Advisor.MeasureAsync(static (int item) => item, Enumerable.Range(0, 100), Short, Cancellation);
        Assert.DoesNotContain(advice.Measured, static count => count.Model == ExecutionModel.Async);
        Assert.Contains(advice.WhyNot, static sentence => sentence.StartsWith("Async: not tried", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Options_NoTime_AreRefused(int seconds) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new AdviceOptions { Budget = TimeSpan.FromSeconds(seconds) });

    [Fact]
    public void Options_NoWorkers_AreRefused() => Assert.Throws<ArgumentOutOfRangeException>(static () => new AdviceOptions { MostWorkers = 0 });
}
