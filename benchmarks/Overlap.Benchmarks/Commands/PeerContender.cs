using System.Diagnostics;
using System.Text.Json;
using Overlap.Benchmarks.Measuring;

namespace Overlap.Benchmarks.Commands;

/// <summary>
/// A peer's program that lives as long as its comparison and does a round for each line it reads, so that its rounds interleave with others' and none of
/// them pays for its start.
/// </summary>
internal sealed class PeerContender : Contender, IAsyncDisposable
{
    private Process? _process;
    private Task<string>? _errors;

    /// <summary>The program and its arguments.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>The items of a round.</summary>
    public required int Items { get; init; }

    public ItemUnit Unit { get; init; } = ItemUnit.Nanoseconds;

    /// <summary>What it counts beside seconds: the members of the object that it prints.</summary>
    public IReadOnlyDictionary<string, Metric> Counts { get; init; } = new Dictionary<string, Metric>();

    public override async Task<Measurement> RunAsync(CancellationToken cancellationToken)
    {
        Process process = _process ??= Start();
        MachineLoad load = new();
        double cpu = ProcessTree.ReadDescendantsSeconds();
        await process.StandardInput.WriteLineAsync($"{Items}".AsMemory(), cancellationToken);
        await process.StandardInput.FlushAsync(cancellationToken);
        string? line = await process.StandardOutput.ReadLineAsync(cancellationToken);
        cpu = ProcessTree.ReadDescendantsSeconds() - cpu;
        if (line is null)
        {
            throw new InvalidOperationException($"{Name} ended: {(await _errors!).TrimEnd().Split('\n')[^1]}");
        }

        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement told = document.RootElement;
        double items = told.GetProperty("items").GetDouble();
        if (items != Items)
        {
            throw new InvalidOperationException($"{Name} did {items} of {Items} items");
        }

        double seconds = told.GetProperty("seconds").GetDouble();
        return new Measurement(
            Counts.Count > 0
                ? Counts.ToDictionary(static pair => pair.Value, pair => told.GetProperty(pair.Key).GetDouble())
                : Unit.Costs(seconds, cpu, Items),
            load.ForeignShare());
    }

    /// <summary>Lets the program end.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            process.StandardInput.Close();
            using CancellationTokenSource patience = new(TimeSpan.FromSeconds(5));
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
            }

            process.Dispose();
        }
    }

    private Process Start()
    {
        Process process = Process.Start(new ProcessStartInfo(Command[0], Command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _errors = process.StandardError.ReadToEndAsync();
        return process;
    }
}
