using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Overlap.Benchmarks.Measuring;

namespace Overlap.Benchmarks.Commands;

/// <summary>A whole program, from the start of its process to its end, in a fresh folder each time.</summary>
internal sealed class CommandContender : Contender
{
    public required Workshop Workshop { get; init; }

    /// <summary>The program and its arguments; paths are relative to the run's folder, where an empty <c>out</c> stands.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>The member of the JSON object on standard output that holds the seconds in the program, if it prints one.</summary>
    public string? SecondsMember { get; init; }

    /// <summary>The member that holds the number of items done, if it prints one.</summary>
    public string? ItemsMember { get; init; }

    /// <summary>How many items the member must say were done.</summary>
    public int ExpectedItems { get; init; }

    /// <summary>
    /// The files that must lie in <c>out</c> afterwards, and what they hold together, where that is the same for all;
    /// <see langword="null"/> if it writes none.
    /// </summary>
    public (int Files, long? Bytes)? Expected { get; init; }

    public override async Task<Measurement> RunAsync(CancellationToken cancellationToken)
    {
        string measure = await Workshop.CompileAsync("measure.c", cancellationToken);
        string folder = Workshop.OpenRunFolder();
        try
        {
            MachineLoad load = new();
            string output = await RunAsync(measure, folder, cancellationToken);
            Costs costs = Costs.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "costs"), cancellationToken));
            double foreign = load.ForeignShare();
            return new Measurement(Figures(output, folder, costs), foreign);
        }
        finally
        {
            Workshop.CloseRunFolder();
        }
    }

    private async Task<string> RunAsync(string measure, string folder, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = new(measure, ["costs", .. Command])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync(cancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        Costs costs = Costs.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "costs"), cancellationToken));
        return costs.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{Name} ended with {costs.ExitCode}: {LastLine(await error)}");
    }

    private Dictionary<Metric, double> Figures(string output, string folder, Costs costs)
    {
        Dictionary<Metric, double> figures = [];
        if (SecondsMember is not null)
        {
            using JsonDocument document = JsonDocument.Parse(output);
            figures[Metric.InProgram] = document.RootElement.GetProperty(SecondsMember).GetDouble();
            int items = document.RootElement.GetProperty(ItemsMember!).GetInt32();
            Require(items == ExpectedItems, $"did {items} of {ExpectedItems} items");
        }

        if (Expected is { } expected)
        {
            FileInfo[] files = [.. new DirectoryInfo(Path.Combine(folder, "out")).EnumerateFiles("*", SearchOption.AllDirectories)];
            long bytes = files.Sum(static file => file.Length);
            Require(files.Length == expected.Files && bytes == (expected.Bytes ?? bytes) && files.All(static file => file.Length > 0),
                $"wrote {files.Length} files with {bytes} bytes, not {expected.Files} with {expected.Bytes}");
        }

        figures[Metric.Process] = costs.WallSeconds;
        figures[Metric.Cpu] = costs.CpuSeconds;
        figures[Metric.Memory] = costs.PeakMemoryKilobytes * 1024 / 1e6;
        return figures;
    }

    private void Require(bool condition, string failure)
    {
        if (!condition)
        {
            throw new InvalidOperationException($"{Name} {failure}");
        }
    }

    private static string LastLine(string text) => text.TrimEnd().Split('\n')[^1];

    /// <summary>What <c>measure.c</c> reports.</summary>
    private readonly record struct Costs(double WallSeconds, double CpuSeconds, double PeakMemoryKilobytes, int ExitCode)
    {
        public static Costs Parse(string line)
        {
            double[] fields = [.. line.Split(' ').Select(static field => double.Parse(field, CultureInfo.InvariantCulture))];
            return new Costs(fields[0], fields[1] + fields[2], fields[3], (int)fields[4]);
        }
    }
}
