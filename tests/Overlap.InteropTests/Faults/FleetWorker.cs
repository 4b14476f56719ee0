using System.Diagnostics;
using System.Threading.Channels;
using Overlap.Distributed.Tests.Redis;

namespace Overlap.InteropTests.Faults;

/// <summary>A .NET worker in a process of its own, whose words go into the ledger.</summary>
internal sealed class FleetWorker : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Ledger _ledger;
    private readonly Channel<string> _started = Channel.CreateUnbounded<string>();
    private readonly Channel<string> _finished = Channel.CreateUnbounded<string>();
    private readonly TaskCompletionSource<string> _struck = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private FleetWorker(Process process, Ledger ledger)
    {
        _process = process;
        _ledger = ledger;
        Name = $"net-{process.Id}";
        Ended = PumpAsync();
    }

    public string Name { get; }

    /// <summary>Ends when the process has said all.</summary>
    public Task Ended { get; }

    /// <summary>How many leases it says it lost; -1: it has not ended in order.</summary>
    public int LostLeases { get; private set; } = -1;

    /// <summary>Starts one.</summary>
    /// <param name="url">Where the queue is.</param>
    /// <param name="ledger">Where its words go.</param>
    /// <param name="way">What is to happen, <c>dies</c> or <c>fails</c>, and the fault point; or <c>lease</c> and its seconds, or <c>convicts</c>; none: it is well, and its lease short.</param>
    public static async Task<FleetWorker> StartAsync(string url, Ledger ledger, params string[] way)
    {
        // artifacts/bin/Overlap.InteropTests/debug → artifacts/bin/Overlap.QueuePrograms/debug
        DirectoryInfo own = new(AppContext.BaseDirectory);
        string program = Path.Combine(own.Parent!.Parent!.FullName, "Overlap.QueuePrograms", own.Name, "Overlap.QueuePrograms.dll");
        string dotnet = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../../dotnet"));
        FleetWorker worker = new(
            Process.Start(new ProcessStartInfo(dotnet, ["exec", program, "host", url, .. way])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            })!,
            ledger);
        await Task.WhenAny(worker._ready.Task, worker.Ended).WaitAsync(Patience);
        return worker;
    }

    /// <summary>Waits until it starts a call.</summary>
    public async Task<string> NextStartAsync() => await _started.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    /// <summary>Waits until it has run a call to its end.</summary>
    public async Task FinishAsync(string id)
    {
        while (await _finished.Reader.ReadAsync().AsTask().WaitAsync(Patience) != id)
        {
        }
    }

    /// <summary>Waits until it has come to its fault point.</summary>
    /// <returns>The point.</returns>
    public async Task<string> StrikeAsync() => await _struck.Task.WaitAsync(Patience);

    /// <summary>Kills it.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await WaitStruckAsync();
    }

    /// <summary>Waits until it is dead, and writes that down.</summary>
    public async Task WaitStruckAsync()
    {
        await Ended.WaitAsync(Patience);
        await _process.WaitForExitAsync();
        _ledger.Strike(Name);
    }

    /// <summary>Lets it stand still, at a moment when it keeps nobody else from going on.</summary>
    /// <param name="isInTheWay">Whether it does so now: one that stands still while it writes keeps the lock of its file.</param>
    public void Freeze(Func<bool> isInTheWay)
    {
        StandStill.Begin(_process);
        while (isInTheWay())
        {
            StandStill.End(_process);
            StandStill.Begin(_process);
        }

        _ledger.Strike(Name);
    }

    /// <summary>Lets it go on.</summary>
    public void Thaw() => StandStill.End(_process);

    /// <summary>Stops it in order.</summary>
    public async Task StopAsync()
    {
        _process.StandardInput.Close();
        await Ended.WaitAsync(Patience);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await Ended;
        _process.Dispose();
    }

    private async Task PumpAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            switch (line.Split(' '))
            {
                case ["ready"]:
                    _ready.SetResult();
                    break;
                case ["started", string id]:
                    _ledger.Start(Name, id);
                    _started.Writer.TryWrite(id);
                    break;
                case ["finished", string id]:
                    _ledger.Finish(Name, id);
                    _finished.Writer.TryWrite(id);
                    break;
                case ["struck", string point]:
                    _ledger.Strike(Name);
                    _struck.TrySetResult(point);
                    break;
                case ["ended", string count]:
                    LostLeases = int.Parse(count);
                    break;
            }
        }

        _started.Writer.Complete();
        _finished.Writer.Complete();
        _struck.TrySetException(new InvalidOperationException("It has ended, and did not come to its fault point."));
    }
}
