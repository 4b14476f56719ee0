using Overlap.Pipelines;
using Overlap.Testing;

namespace Overlap.Tests.Pipelines;

public sealed class PipelineTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Snapshot_NothingRan_SaysSo() => Assert.Equal("nothing has run yet", new Pipeline().Snapshot().Bottleneck);

    [Fact]
    public async Task Snapshot_ItemsPassed_CountsThem()
    {
        Pipeline pipeline = new();
        await new CountedSource(10).Buffer(4).Named(pipeline, "read").SelectParallel(static x => x * x, new SelectParallelOptions { Workers = 3 })
            .Named(pipeline, "square").CollectAsync(cancellationToken: Token);
        PipelineSnapshot snapshot = pipeline.Snapshot();
        Assert.Equal(["read", "square"], snapshot.Stages.Select(static stage => stage.Name));
        Assert.All(snapshot.Stages, static stage => Assert.Equal((10, 10, 0), (stage.ItemsIn, stage.ItemsOut, stage.QueueDepth)));
        Assert.Equal(3, snapshot.Stages[1].Workers);
    }

    [Fact]
    public async Task Snapshot_BodiesTookTime_TellsTheMiddleAndTheLongest()
    {
        VirtualTimeProvider time = new();
        Pipeline pipeline = new(time);
        await new CountedSource(10)
            .SelectParallel(
                x =>
                {
                    time.Advance(TimeSpan.FromSeconds(x == 9 ? 100 : 1));
                    return x;
                },
                new SelectParallelOptions { Workers = 1 })
            .Named(pipeline, "work").Buffer(4).Named(pipeline, "wait").CollectAsync(cancellationToken: Token);
        PipelineSnapshot snapshot = pipeline.Snapshot();
        Assert.InRange(snapshot.Stages[0].WorkMedian!.Value.TotalSeconds, 0.97, 1.03);
        Assert.InRange(snapshot.Stages[0].WorkPercentile99!.Value.TotalSeconds, 97, 103);
        Assert.Null(snapshot.Stages[1].WorkMedian);
    }

    [Fact]
    public void Times_ManyCalls_FirstOnesThenOneOf64() =>
        Assert.Equal([64, 128, 192], Enumerable.Range(60, 140).Where(static number => WorkTimes.Times(number) && number >= 64));

    [Fact]
    public void Percentile_AnyTicks_IsAtMostThreePercentOff()
    {
        foreach (long ticks in (long[])[0, 1, 15, 16, 17, 1_000, 123_456_789, long.MaxValue / 2])
        {
            WorkTimes times = new();
            times.Add(ticks);
            Assert.InRange(times.Percentile(0.5)!.Value, ticks - (ticks / 32), ticks + (ticks / 32));
        }
    }

    [Fact]
    public void Bottleneck_StageThatNeverWaits_IsNamed() => Assert.StartsWith(
        "square: it works 95%", new PipelineSnapshot([Stage("read", 0, 90), Stage("square", 3, 2), Stage("print", 85, 0)]).Bottleneck, StringComparison.Ordinal);

    [Fact]
    public void Bottleneck_FirstStageWaitsForInput_IsTheSource() => Assert.StartsWith(
        "the source: read waits for it 90%", new PipelineSnapshot([Stage("read", 90, 0), Stage("square", 80, 0)]).Bottleneck, StringComparison.Ordinal);

    [Fact]
    public void Bottleneck_LastStageWaitsForOutput_IsTheConsumer() => Assert.StartsWith(
        "the consumer: square waits for it 70%", new PipelineSnapshot([Stage("read", 0, 85), Stage("square", 0, 70)]).Bottleneck, StringComparison.Ordinal);

    [Fact]
    public async Task Read_StageWaited_TellsInputAndOutputApart()
    {
        VirtualTimeProvider time = new();
        StageMeter meter = new("read", time);
        StageQueue<int> queue = new(1, 1, meter);
        meter.Start(queue);
        meter.BeginInputWait();
        time.Advance(TimeSpan.FromSeconds(3));
        meter.EndInputWait();
        Assert.True(await queue.AddAsync(1));
        Task<bool> second = queue.AddAsync(2).AsTask();
        time.Advance(TimeSpan.FromSeconds(2));
        StageStatistics stage = meter.Read();
        queue.Stop();
        Assert.False(await second);
        Assert.Equal(TimeSpan.FromSeconds(3), stage.WaitingForInput);
        Assert.Equal(TimeSpan.FromSeconds(2), stage.WaitingForOutput);
        Assert.Equal(TimeSpan.Zero, stage.Working);
    }

    private static StageStatistics Stage(string name, int input, int output) => new()
    {
        Name = name,
        Workers = 1,
        ItemsIn = 100,
        ItemsOut = 100,
        Failed = 0,
        NotStarted = 0,
        Discarded = 0,
        QueueDepth = 0,
        QueueCapacity = 4,
        Elapsed = TimeSpan.FromSeconds(100),
        WaitingForInput = TimeSpan.FromSeconds(input),
        WaitingForOutput = TimeSpan.FromSeconds(output),
    };
}
