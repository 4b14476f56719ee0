using Overlap.Testing.Exploration;

namespace Overlap.Tests.Exploration;

public sealed class ExploredProgramTests
{
    [Theory]
    [InlineData("Program", "Program")]
    [InlineData("<Outer>b__0_1", "Outer")]
    [InlineData("<<Main>$>b__0_1", "Main")]
    [InlineData("<<Outer>g__Inner|0_0>b__1", "Outer")]
    public void MethodOf_CompilersName_IsTheMethodAroundIt(string name, string expected) => Assert.Equal(expected, Explore.MethodOf(name));

    [Fact]
    public void Find_Assembly_GivesItsExploredMethodsByName()
    {
        string[] names = [.. Explore.Find(typeof(ExploredProgramTests).Assembly).Select(static program => program.Name)];
        Assert.Contains("Samples.Counter", names);
        Assert.Contains("Samples.Instance", names);
    }

    [Fact]
    public void Run_Found_ExploresByItsAttribute()
    {
        ExploredProgram program = Find("Samples.Counter");
        ExplorationResult result = program.Run();
        Assert.Equal("Samples.Counter", result.Program);
        Assert.Equal("random, seed 9", result.Strategy);
        Assert.Equal(FailureKind.LostUpdate, result.Failure?.Kind);
        Assert.Equal(result.Failure!.Steps, program.Replay(result.Failure.Seed).Failure!.Steps);
    }

    [Fact]
    public void Run_MethodOfAClass_HasAnInstanceForEachSchedule() => Find("Samples.Instance").Run().ThrowIfFailed();

    private static ExploredProgram Find(string name) =>
        Explore.Find(typeof(ExploredProgramTests).Assembly).Single(program => program.Name == name);

    private sealed class Samples
    {
        private int _runs;

        [Explored(Strategy = ExplorationStrategy.Random, Seed = 9)]
        public static Task Counter(TaskExplorer x)
        {
            Shared<int> count = x.Share("count", 0);
            for (int i = 0; i < 2; i++)
            {
                x.Spawn($"lane {i}", async () =>
                {
                    int seen = count.Read();
                    await x.Point();
                    count.Write(seen + 1);
                });
            }

            x.AtEnd(() => x.Assert(count.Read() == 2));
            return Task.CompletedTask;
        }

        [Explored(Schedules = 20)]
        public Task Instance(TaskExplorer x)
        {
            x.Assert(++_runs == 1, "a new instance each time");
            return Task.CompletedTask;
        }
    }
}
