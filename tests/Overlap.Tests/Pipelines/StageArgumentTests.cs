using Overlap.Pipelines;

namespace Overlap.Tests.Pipelines;

/// <summary>Settings that no stage can work with are refused when it is made, by name.</summary>
public sealed class StageArgumentTests
{
    private static readonly CountedSource Source = new(1);

    public static TheoryData<string, Action> Bad => new()
    {
        { "capacity", static () => Source.Buffer(0) },
        { "capacity", static () => Source.Buffer(-1) },
        { "size", static () => Source.Batch(0, Timeout.InfiniteTimeSpan) },
        { "time", static () => Source.Batch(1, TimeSpan.Zero) },
        { "size", static () => Source.Window(0) },
        { "step", static () => Source.Window(2, 0) },
        { "step", static () => Source.Window(2, 3) },
        { "length", static () => Source.Window(TimeSpan.Zero) },
        { "step", static () => Source.Window(TimeSpan.FromSeconds(1), TimeSpan.Zero) },
        { "step", static () => Source.Window(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)) },
        { "capacity", static () => Source.Window(TimeSpan.FromSeconds(1), capacity: 0) },
        { "quiet", static () => Source.Debounce(TimeSpan.Zero) },
        { "count", static () => Source.Throttle(0, TimeSpan.FromSeconds(1)) },
        { "per", static () => Source.Throttle(1, TimeSpan.Zero) },
        { "time", static () => Source.Timeout(TimeSpan.Zero) },
        { "branches", static () => Source.Broadcast(0) },
        { "capacity", static () => Source.Broadcast(1, 0) },
        { "branches", static () => Source.PartitionBy(static x => x, 0) },
        { "capacity", static () => Source.PartitionBy(static x => x, 1, 0) },
        { "capacity", static () => Source.ZipBuffered(Source, 0) },
        { "Workers", static () => _ = new SelectParallelOptions { Workers = 0 } },
        { "Capacity", static () => _ = new SelectParallelOptions { Capacity = 0 } },
        { "Retries", static () => _ = new RetryOptions { Retries = 0 } },
        { "FirstDelay", static () => _ = new RetryOptions { FirstDelay = TimeSpan.FromTicks(-1) } },
        { "MaxDelay", static () => _ = new RetryOptions { MaxDelay = TimeSpan.FromDays(50) } },
        { "Factor", static () => _ = new RetryOptions { Factor = 0.5 } },
        { "Factor", static () => _ = new RetryOptions { Factor = double.NaN } },
        { "Jitter", static () => _ = new RetryOptions { Jitter = 1.5 } },
        { "retries", static () => ItemErrorPolicy.Retry(0, TimeSpan.Zero) },
        { "firstDelay", static () => ItemErrorPolicy.Retry(1, TimeSpan.FromSeconds(-1)) },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void Stage_BadSetting_IsRefusedByName(string name, Action make) => Assert.Throws<ArgumentOutOfRangeException>(name, make);
}
