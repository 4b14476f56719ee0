using Overlap.Timelines;
using Overlap.Timelines.Drawing;
using static Overlap.Tests.Timelines.Drawing.SampleTimelines;

namespace Overlap.Tests.Timelines.Drawing;

public sealed class PhaseColumnsTests
{
    [Fact]
    public void Of_PlacedWork_StandsWhereItWas()
    {
        PhaseMix[] columns = Cut(Of("async", 40, 10, LaneOf(0, LaneKind.Slot, Call(0, 0, 40, 10, segments: [Part(SpanPhase.Working, 10, 20)]))), 4);

        Assert.Equal([0, 1, 0, 0], columns.Select(mix => Math.Round(mix.Working, 6)));
        Assert.Equal([1, 0, 1, 1], columns.Select(mix => Math.Round(mix.Waiting, 6)));
    }

    [Fact]
    public void Of_WorkWithoutPlace_IsSpreadEvenly()
    {
        PhaseMix[] columns = Cut(Of("threads", 40, 10, LaneOf(0, LaneKind.Thread, Call(0, 0, 40, 10))), 4);

        Assert.All(columns, mix => Assert.Equal((0.25, 0.75), (Math.Round(mix.Working, 6), Math.Round(mix.Waiting, 6))));
    }

    [Fact]
    public void Of_RunningWithoutAProcessor_IsUnattributed()
    {
        PhaseMix[] columns = Cut(Of("async", 40, 5, LaneOf(0, LaneKind.Slot, Call(0, 0, 40, 5, segments: [Part(SpanPhase.Working, 10, 20)]))), 4);

        Assert.Equal([0, 0.5, 0, 0], columns.Select(mix => Math.Round(mix.Working, 6)));
        Assert.Equal([0, 0.5, 0, 0], columns.Select(mix => Math.Round(mix.Unattributed, 6)));
        Assert.Equal([1, 0, 1, 1], columns.Select(mix => Math.Round(mix.Waiting, 6)));
    }

    [Fact]
    public void Of_WorkPartlyPlaced_SpreadsTheRestOverWhatIsOpen()
    {
        PhaseMix[] columns = Cut(Of("async", 40, 20, LaneOf(0, LaneKind.Slot, Call(0, 0, 40, 20, segments: [Part(SpanPhase.Working, 0, 10), Part(SpanPhase.Retrying, 10, 20)]))), 4);

        Assert.Equal([1, 0, 0.5, 0.5], columns.Select(mix => Math.Round(mix.Working, 6)));
        Assert.Equal(1, columns[1].Retrying, 6);
    }

    [Fact]
    public void Of_ProcessBusyBetweenTwoReadings_IsUnattributedOnlyThere()
    {
        Timeline timeline = Of("async", 40, 0, LaneOf(0, LaneKind.Slot, Call(0, 0, 40)), LaneOf(1, LaneKind.Slot, Call(1, 0, 40))) with { CpuSamples = [new(Ms(0), Ms(0)), new(Ms(20), Ms(0)), new(Ms(30), Ms(10)), new(Ms(40), Ms(10))] };

        PhaseMix[] columns = Cut(timeline, 4);

        // Ten of twenty milliseconds that two calls were open: half of each.
        Assert.Equal([0, 0, 0.5, 0], columns.Select(mix => Math.Round(mix.Unattributed, 6)));
    }

    [Fact]
    public void Of_ThreadsWhileTheProcessIsBusy_WaitAllTheSame()
    {
        PhaseMix[] columns = Cut(Of("threads", 40, 40, LaneOf(0, LaneKind.Thread, Call(0, 0, 40))), 4);

        Assert.All(columns, mix => Assert.Equal((0d, 1d), (mix.Unattributed, Math.Round(mix.Waiting, 6))));
    }

    [Fact]
    public void Of_AnyRecording_AddsUpToTheSummary()
    {
        foreach (Timeline timeline in Pages())
        {
            TimeScale scale = new(0, timeline.Duration.Ticks, 333);
            PhaseMix[] columns = PhaseColumns.Of(timeline.Lanes, new CpuAttribution(timeline), scale);
            TimelineSummary summary = timeline.Summarize();

            Assert.Equal(summary.Working.TotalMilliseconds, columns.Sum(mix => mix.Working) * scale.ColumnTicks / TimeSpan.TicksPerMillisecond, 0.01);
            Assert.Equal(summary.Waiting.TotalMilliseconds, columns.Sum(mix => mix.Waiting) * scale.ColumnTicks / TimeSpan.TicksPerMillisecond, 0.01);
            Assert.Equal(summary.Unattributed.TotalMilliseconds, columns.Sum(mix => mix.Unattributed) * scale.ColumnTicks / TimeSpan.TicksPerMillisecond, 0.01);
        }
    }

    [Fact]
    public void Of_FailedCallEndsOnABound_IsMarkedInItsOwnColumn()
    {
        PhaseMix[] columns = Cut(Of("threads", 40, 0, LaneOf(0, LaneKind.Thread, Call(0, 0, 20, 0, SpanStatus.Failed))), 4);

        Assert.Equal([0, 1, 0, 0], columns.Select(mix => mix.Failed));
    }

    [Fact]
    public void CpuOf_TwoCoresBusy_IsTwo()
    {
        Assert.All(CpuOf(Of("threads", 40, 80)), use => Assert.Equal(2, use, 6));
    }

    [Fact]
    public void CpuOf_WorkerProcesses_CountsTheirWorkToo()
    {
        Assert.All(CpuOf(Of("processes", 40, 4, LaneOf(0, LaneKind.Process, Call(0, 0, 40, 36)))), use => Assert.Equal(1, use, 6));
    }

    [Fact]
    public void Marks_AnyLength_AreRoundAndFit()
    {
        Assert.Equal([0, 5, 10], TimeScale.Marks(TimeSpan.FromSeconds(14.2).Ticks, 5).Select(mark => mark.TotalSeconds));
        Assert.Equal([0, 20, 40], TimeScale.Marks(Ms(45).Ticks, 3).Select(mark => mark.TotalMilliseconds));
    }

    private static double[] CpuOf(Timeline timeline) => PhaseColumns.CpuOf(timeline, new CpuAttribution(timeline), new TimeScale(0, timeline.Duration.Ticks, 4));

    private static PhaseMix[] Cut(Timeline timeline, int columns) =>
        PhaseColumns.Of(timeline.Lanes[0], new CpuAttribution(timeline), new TimeScale(0, timeline.Duration.Ticks, columns));
}
