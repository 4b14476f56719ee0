using Overlap.Advice;
using Overlap.Executors;

namespace Overlap.Tests.Advice;

public sealed class ThresholdsTests
{
    private static readonly ExecutionModel[] All = [ExecutionModel.Processes, ExecutionModel.Async, ExecutionModel.Threads];

    [Theory]
    [InlineData(Bound.Cpu, ExecutionModel.Threads)]
    [InlineData(Bound.Mixed, ExecutionModel.Threads)]
    [InlineData(Bound.Io, ExecutionModel.Async)]
    public void FastestOf_AllAsFast_TheSimplestThatSuits(Bound bound, ExecutionModel expected) => Assert.Equal(expected, FastestOf(All, bound));

    [Theory]
    [InlineData(Bound.Cpu)]
    [InlineData(Bound.Mixed)]
    [InlineData(Bound.Io)]
    public void FastestOf_InlineAsFast_IsInline(Bound bound) => Assert.Equal(ExecutionModel.Inline, FastestOf([.. All, ExecutionModel.Inline], bound));

    [Theory]
    [InlineData(Bound.Cpu, ExecutionModel.Async)]
    [InlineData(Bound.Io, ExecutionModel.Threads)]
    public void FastestOf_ProcessesAsFast_ComeLast(Bound bound, ExecutionModel other) => Assert.Equal(other, FastestOf([ExecutionModel.Processes, other], bound));

    [Fact]
    public void FastestOf_MixedWorkWrittenForAsync_StaysWithIt() =>
        Assert.Equal(ExecutionModel.Async, Thresholds.FastestOf(All, static _ => TimeSpan.FromSeconds(1), static model => model, Bound.Mixed, ExecutionModel.Async));

    [Fact]
    public void FastestOf_ClearlyFaster_WinsWhateverItIs() =>
        Assert.Equal(
            ExecutionModel.Processes,
            Thresholds.FastestOf(All, static model => TimeSpan.FromSeconds(model == ExecutionModel.Processes ? 1 : 2), static model => model, Bound.Io));

    private static ExecutionModel FastestOf(ExecutionModel[] models, Bound bound) => Thresholds.FastestOf(models, static _ => TimeSpan.FromSeconds(1), static model => model, bound);
}
