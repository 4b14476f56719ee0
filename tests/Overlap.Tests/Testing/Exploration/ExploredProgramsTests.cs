using Overlap.Testing.Exploration;

namespace Overlap.Tests.Testing.Exploration;

/// <summary>Makes a test of every explored program of this assembly.</summary>
public sealed class ExploredProgramsTests
{
    // The tests of the explorer itself have programs of other names, which fail on purpose.
    private static readonly ExploredProgram[] Programs =
        [.. Explore.Find(typeof(ExploredProgramsTests).Assembly).Where(static program => program.Name.StartsWith("Explored", StringComparison.Ordinal))];

    // OVERLAP_THOROUGH=1 takes two hundred times the schedules.
    private static readonly int Factor = Environment.GetEnvironmentVariable("OVERLAP_THOROUGH") == "1" ? 200 : 1;

    public static TheoryData<string> Names => [.. Programs.Select(static program => program.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Explore_Program_FindsNothing(string name)
    {
        ExploredProgram program = Programs.Single(program => program.Name == name);
        ExplorationOptions options = program.Options with { Schedules = program.Options.Schedules * Factor };
        program.Run(options).ThrowIfFailed();
    }
}
