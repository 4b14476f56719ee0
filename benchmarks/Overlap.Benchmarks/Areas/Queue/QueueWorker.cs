using System.Diagnostics;
using Overlap.Distributed.Hosting;
using Overlap.Distributed.Redis;
using Overlap.Distributed.Tasks;
using Overlap.Distributed.Worker;

namespace Overlap.Benchmarks.Areas.Queue;

/// <summary>A worker in a process of its own: this very program, started with <see cref="Verb"/>.</summary>
internal sealed class QueueWorker : IAsyncDisposable
{
    /// <summary>The first argument of the program that is to be a worker; the second is the URL.</summary>
    public const string Verb = "--queue-worker";

    private const int Concurrency = 2;

    private readonly Process _process;

    private QueueWorker(Process process) => _process = process;

    public static TaskRegistry Registry() => new TaskRegistry().Add("tasks.add", static (long a, long b) => a + b);

    /// <summary>Is the worker, until its input ends.</summary>
    public static async Task<int> RunAsync(string url)
    {
        await using RedisBroker broker = new(url);
        await using RedisBackend backend = new(url);
        await using WorkerHost host = new(broker, Registry(), backend, new WorkerOptions { Concurrency = Concurrency });
        await host.StartAsync();
        using IdleMemory memory = IdleMemory.Of(host, TimeProvider.System);
        Console.WriteLine("ready");
        while (await Task.Run(Console.In.ReadLine) is not null)
        {
            Console.WriteLine(host.GetStatistics().Deferred);
        }

        return 0;
    }

    public static async Task<QueueWorker> StartAsync(string url, CancellationToken cancellationToken)
    {
        Process process = Process.Start(new ProcessStartInfo("dotnet", [typeof(QueueWorker).Assembly.Location, Verb, url])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,

            // As the command line runs it.
            Environment = { ["DOTNET_gcServer"] = "0" },
        })!;
        return await process.StandardOutput.ReadLineAsync(cancellationToken) == "ready"
            ? new QueueWorker(process)
            : throw new InvalidOperationException("The worker ended before it was ready");
    }

    /// <summary>How many calls it has put aside until they are due.</summary>
    public async Task<long> ReadDeferredAsync(CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync(ReadOnlyMemory<char>.Empty, cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
        return long.Parse(await _process.StandardOutput.ReadLineAsync(cancellationToken) ?? throw new InvalidOperationException("The worker has ended"));
    }

    /// <summary>The most that was ever in memory of the process.</summary>
    public double ReadPeakMebibytes()
    {
        string line = File.ReadLines($"/proc/{_process.Id}/status").First(static line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return double.Parse(line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1]) / 1024;
    }

    /// <summary>What the process has for itself, and its share of what it has together with others.</summary>
    public double ReadMebibytes()
    {
        string line = File.ReadLines($"/proc/{_process.Id}/smaps_rollup").First(static line => line.StartsWith("Pss:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) / 1024;
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
