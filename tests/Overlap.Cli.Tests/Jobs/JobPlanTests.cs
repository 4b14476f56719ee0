using Overlap.Cli.Jobs;
using Overlap.Executors;

namespace Overlap.Cli.Tests.Jobs;

public sealed class JobPlanTests
{
    private static readonly RunPlace OwnPlace = new("inline");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RunAsync_InAPlaceOfItsOwn_SettlesAsTold(bool keep)
    {
        PlannedJob job = new(3, static (item, _) => new(PlannedJob.Succeed(item)));

        await RunAsync(job, OwnPlace, keep);

        Assert.Equal(keep, job.Kept);
    }

    [Fact]
    public async Task RunAsync_WhereTheUserAsked_SettlesNothing()
    {
        PlannedJob job = new(3, static (item, _) => new(PlannedJob.Succeed(item)));

        await RunAsync(job, RunPlace.AsAsked, keep: true);

        Assert.Null(job.Kept);
    }

    [Fact]
    public async Task RunAsync_StoppedInAPlaceOfItsOwn_KeepsNothing()
    {
        using RunControl control = new(TimeProvider.System);
        PlannedJob job = new(3, (item, _) =>
        {
            control.Stop(StopReason.Interrupted);
            return new(PlannedJob.Succeed(item));
        });

        await RunAsync(job, OwnPlace, keep: true, control);

        Assert.False(job.Kept);
    }

    [Fact]
    public async Task RunAsync_BrokenInAPlaceOfItsOwn_KeepsNothing()
    {
        PlannedJob job = new(3, static (_, _) => throw new InvalidTimeZoneException());

        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => RunAsync(job, OwnPlace, keep: true));

        Assert.False(job.Kept);
    }

    private static async Task RunAsync(PlannedJob job, RunPlace place, bool keep, RunControl? control = null)
    {
        using RunControl own = new(TimeProvider.System);
        await JobPlan.Of(_ => job).RunAsync(place, keep, new RunSettings { Model = ExecutionModel.Inline }, control ?? own, []);
    }
}
