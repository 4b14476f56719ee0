using Overlap.Cli.Jobs;
using Overlap.Cli.Pipes;
using Overlap.Testing;

namespace Overlap.Cli.Tests.Pipes;

/// <summary>Runs that are stopped: what they did until then is told, and adds up.</summary>
public sealed class PipeRunTests
{
    private static readonly PipeSettings TenSlowNumbers = new(10, TimeSpan.FromSeconds(1), TimeSpan.Zero, 16);

    private readonly VirtualTimeProvider _clock = new();

    [Fact]
    public async Task RunAsync_Drained_PrintsWhatWasBegun()
    {
        using RunControl control = new(_clock);
        Task<PipeResult> running = await StartAsync(control);

        control.Drain(StopReason.Interrupted);
        _clock.AdvanceToNextTimer();
        PipeResult result = await running;

        Assert.Equal(4, result.Printed);
        Assert.True(result.IsPartial);
        Assert.All(result.Stages.Stages, static stage => Assert.Equal((4, 4), (stage.ItemsIn, stage.ItemsOut)));
    }

    [Fact]
    public async Task RunAsync_Stopped_EndsAtOnceAndCountsEachItem()
    {
        using RunControl control = new(_clock);
        Task<PipeResult> running = await StartAsync(control);

        control.Stop(StopReason.Interrupted);
        PipeResult result = await running;

        Assert.InRange(result.Printed, 0, 3);
        Assert.True(result.IsPartial);
        Assert.All(
            result.Stages.Stages,
            static stage => Assert.Equal(stage.ItemsIn, stage.ItemsOut + stage.Failed + stage.NotStarted + stage.Discarded));
    }

    [Fact]
    public async Task RunAsync_StoppedBeforeItsStart_PrintsNothing()
    {
        using RunControl control = new(_clock);
        control.Drain(StopReason.Interrupted);

        PipeResult result = await new PipeRun(TenSlowNumbers, 1, _clock).RunAsync(control);

        Assert.Equal(0, result.Printed);
        Assert.Equal([0, 0, 0], result.Queues);
    }

    // Three numbers are out, and the fourth is being generated.
    private async Task<Task<PipeResult>> StartAsync(RunControl control)
    {
        Task<PipeResult> running = new PipeRun(TenSlowNumbers, 1, _clock).RunAsync(control);
        for (int i = 0; i < 3; i++)
        {
            await _clock.AdvanceToNextTimerAsync(TestContext.Current.CancellationToken);
        }

        await _clock.WaitForTimersAsync(1, TestContext.Current.CancellationToken);
        return running;
    }
}
