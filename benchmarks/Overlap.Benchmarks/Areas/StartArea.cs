using System.Runtime.CompilerServices;
using Overlap.Benchmarks.Commands;
using Overlap.Benchmarks.Measuring;

namespace Overlap.Benchmarks.Areas;

/// <summary>What a user waits before a command has done anything: the start of the program, beside that of the runtime alone.</summary>
internal sealed class StartArea : BenchmarkArea
{
    private const double Seconds = 0.100;

    public override string Name => "start";

    public override string Summary => "the start of the program, to its version and to its help, against a program that does nothing";

    public override IReadOnlyList<Requirement> Requirements => [Requirement.Gcc, Requirement.LibC];

    public override bool NeedsOverlap => true;

    public override async IAsyncEnumerable<ComparisonResult> MeasureAsync(
        BenchmarkContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string empty = await BuildEmptyAsync(context, cancellationToken);
        Contender version = CommandOf(context, "overlap --version", context.Overlap, "--version");
        yield return await context.Runner.RunAsync(
            new Comparison
            {
                Title = "from the start of the process to its end",
                Contenders =
                [
                    version,
                    CommandOf(context, "overlap fib --help", context.Overlap, "fib", "--help"),
                    CommandOf(context, "an empty program", "dotnet", empty),
                ],
                Ratios = [Metric.Process, Metric.Cpu],
                Targets = [Target.AtMost(version.Name, Metric.Process, Seconds)],
                Note = "The runtime's own start is in every row. From a checkout, overlap is the script that looks whether the sources have changed.",
            },
            cancellationToken);
    }

    // Outside the repository, whose settings are not those of anybody's first program.
    private static async Task<string> BuildEmptyAsync(BenchmarkContext context, CancellationToken cancellationToken)
    {
        string folder = context.Workshop.Open("empty");
        foreach (string file in (string[])["empty.csproj", "Program.cs"])
        {
            File.Copy(context.Workshop.Source($"empty/{file}"), Path.Combine(folder, file), overwrite: true);
        }

        await ShortCommand.RunAsync("dotnet", ["build", folder, "--configuration", "Release", "--output", Path.Combine(folder, "bin"), "--verbosity", "quiet", "--nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false"], cancellationToken);
        return Path.Combine(folder, "bin", "empty.dll");
    }

    private static CommandContender CommandOf(BenchmarkContext context, string name, params string[] command) => new()
    {
        Name = name,
        Shown = string.Join(' ', [Path.GetFileName(command[0]), .. command.Skip(1).Select(Path.GetFileName)]),
        Workshop = context.Workshop,
        Command = command,
    };
}
