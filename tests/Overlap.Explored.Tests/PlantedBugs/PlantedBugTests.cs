using Overlap.Testing.Exploration;

namespace Overlap.Explored.Tests.PlantedBugs;

/// <summary>The explorer finds every bug that was planted for it, and none where none is.</summary>
public sealed class PlantedBugTests
{
    private const int MostSchedules = 5_000;

    public static TheoryData<string> Names { get; } = [.. PlantedBug.All.Select(static bug => bug.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Explore_PlantedBug_IsFoundForWhatItIs(string name)
    {
        (PlantedBug bug, ExplorationOptions options) = Setting(name);

        ExplorationResult result = Explore.RunThreads(x => bug.Program(x, true), options);

        Assert.Equal(bug.Kind, result.Failure?.Kind);
        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: schedule {result.Failure!.FoundAt}, {result.Failure.Steps.Count} steps");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Explore_CorrectedTwin_IsClean(string name)
    {
        (PlantedBug bug, ExplorationOptions options) = Setting(name);

        Explore.RunThreads(x => bug.Program(x, false), options).ThrowIfFailed();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ReplayThreads_SeedOfPlantedBug_ShowsItAgain(string name)
    {
        (PlantedBug bug, ExplorationOptions options) = Setting(name);
        ExplorationFailure failure = Explore.RunThreads(x => bug.Program(x, true), options).Failure!;

        ExplorationFailure again = Explore.ReplayThreads(x => bug.Program(x, true), failure.Seed, options).Failure!;

        Assert.Equal(failure.Kind, again.Kind);
        Assert.Equal(failure.Steps.Select(static step => (step.Lane, step.Action)), again.Steps.Select(static step => (step.Lane, step.Action)));
    }

    [Theory]
    [InlineData("missing fence")]
    [InlineData("mailbox looks at next, not at the tail")]
    public void Explore_BugOfStoreBuffersInOneOrderOfWrites_IsNotThere(string name)
    {
        (PlantedBug bug, _) = Setting(name);

        ExplorationResult result = Exploring.Exhaust(x => bug.Program(x, true));

        Assert.Null(result.Failure);
        Assert.True(result.IsExhausted);
    }

    private static (PlantedBug Bug, ExplorationOptions Options) Setting(string name)
    {
        PlantedBug bug = PlantedBug.All.Single(bug => bug.Name == name);
        return (bug, new ExplorationOptions { Name = name, Schedules = MostSchedules, StoreBuffers = bug.StoreBuffers });
    }
}
