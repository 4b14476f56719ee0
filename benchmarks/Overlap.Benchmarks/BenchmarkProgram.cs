using System.Text;
using Overlap.Benchmarks.Areas;
using Overlap.Benchmarks.Commands;
using Overlap.Benchmarks.Measuring;
using Overlap.Benchmarks.Reporting;

namespace Overlap.Benchmarks;

/// <summary>Measures the areas asked for: tables to standard output and to the result file, progress to standard error.</summary>
internal sealed class BenchmarkProgram(IReadOnlyList<BenchmarkArea> areas)
{
    private const string ProgramVariable = "OVERLAP_PROGRAM";
    private const int Success = 0;
    private const int Failure = 1;
    private const int Usage = 2;

    public async Task<int> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        BenchmarkArguments asked;
        try
        {
            asked = BenchmarkArguments.Parse(arguments, areas);
        }
        catch (FormatException exception)
        {
            await Console.Error.WriteLineAsync($"benchmark: {exception.Message}; `./benchmark` lists what there is");
            return Usage;
        }

        if (asked.Areas.Count == 0)
        {
            List();
            return Success;
        }

        try
        {
            foreach (BenchmarkArea area in asked.Areas)
            {
                await MeasureAsync(area, asked, cancellationToken);
            }

            return Success;
        }
        catch (InvalidOperationException exception)
        {
            await Console.Error.WriteLineAsync($"benchmark: {exception.Message}");
            return Failure;
        }
    }

    private void List()
    {
        Console.WriteLine("usage: ./benchmark AREA… | all [--rounds N] [--no-results]\n");
        int width = areas.Max(static area => area.Name.Length);
        foreach (BenchmarkArea area in areas)
        {
            Console.WriteLine($"  {area.Name.PadRight(width)}  {area.Summary}");
        }
    }

    private static async Task MeasureAsync(BenchmarkArea area, BenchmarkArguments asked, CancellationToken cancellationToken)
    {
        string root = RepositoryFolder.Find();
        string overlap = Environment.GetEnvironmentVariable(ProgramVariable) ?? Path.Combine(root, "overlap");
        using Workshop workshop = new(Path.Combine(root, "benchmarks", "peers"));
        Installer installer = new(Console.Error);
        IReadOnlyList<Requirement> available = await installer.EnsureAsync(area.Requirements, cancellationToken);
        if (area.NeedsOverlap)
        {
            // The first start builds what is stale; that must not fall into a round.
            await ShortCommand.RunAsync(overlap, ["--version"], cancellationToken);
        }

        BenchmarkContext context = new()
        {
            Runner = new InterleavedRunner(asked.Rounds, Console.Error),
            Workshop = workshop,
            Overlap = overlap,
            Available = available,
        };
        StringBuilder section = new($"`./benchmark {area.Name} --rounds {asked.Rounds}`{Conditions(area, workshop, installer)}\n");
        await foreach (ComparisonResult result in area.MeasureAsync(context, cancellationToken))
        {
            string report = ComparisonReport.Write(result);
            Console.WriteLine(report);
            section.Append('\n').Append(report);
        }

        if (asked.WriteResults)
        {
            ResultFile file = new(Path.Combine(root, "benchmarks", "results"), DateOnly.FromDateTime(DateTime.UtcNow));
            file.Write(area.Name, section.ToString());
            await Console.Error.WriteLineAsync($"written: benchmarks/results/{file.Name}");
        }
    }

    private static string Conditions(BenchmarkArea area, Workshop workshop, Installer installer)
    {
        StringBuilder text = new();
        if (area.Requirements.Count > 0)
        {
            text.Append(". Peers: ").AppendJoin(", ", area.Requirements
                .Where(static requirement => requirement != Requirement.LibC)
                .Select(requirement => installer.Versions.TryGetValue(requirement.Name, out string? version)
                    ? $"{requirement.Name} {version}"
                    : $"{requirement.Name} (absent, left out)"));
        }

        return text.Append(area.NeedsOverlap ? $". Files are written to {(workshop.InMemory ? "memory" : "disk")}." : ".").ToString();
    }
}
