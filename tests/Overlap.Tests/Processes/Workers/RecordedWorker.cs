using System.Collections.Concurrent;
using Overlap.Processes;
using Overlap.Processes.Workers;

namespace Overlap.Tests.Processes.Workers;

/// <summary>A worker process and all that was heard of it.</summary>
internal sealed class RecordedWorker : IWorkerEvents, IDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource<WorkerExit> _exit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly BlockingCollection<WorkerOutputLine> _coming = [];

    private RecordedWorker(Action<WorkerOutputLine>? onOutput) => OnLine = onOutput;

    public WorkerProcess Process { get; private set; } = null!;

    public ConcurrentQueue<WorkerOutputLine> Lines { get; } = [];

    public Action<WorkerOutputLine>? OnLine { get; }

    public int Exits { get; private set; }

    public Task<WorkerExit> Exit => _exit.Task.WaitAsync(Patience);

    public Task Gone => Process.Gone.WaitAsync(Patience);

    public static RecordedWorker Shell(string script, WorkerLimits? limits = null, Action<WorkerOutputLine>? onOutput = null) =>
        Start(new() { Inherited = [], Command = ["/bin/sh", "-c", script], Limits = limits ?? new() }, onOutput);

    public static RecordedWorker Start(WorkerLaunch launch, Action<WorkerOutputLine>? onOutput = null)
    {
        RecordedWorker recorded = new(onOutput);
        recorded.Process = WorkerProcess.Start(launch, recorded);
        return recorded;
    }

    /// <summary>Waits for the next line.</summary>
    public string NextLine() => _coming.TryTake(out WorkerOutputLine? line, Patience) ? line.Text : throw new TimeoutException("No line came.");

    public void OnExited(WorkerProcess worker, WorkerExit exit)
    {
        Exits++;
        _exit.TrySetResult(exit);
    }

    public void OnOutput(WorkerProcess worker, WorkerOutputLine line)
    {
        if (OnLine is not null)
        {
            OnLine(line);
            return;
        }

        Lines.Enqueue(line);
        _coming.Add(line);
    }

    public void Dispose()
    {
        Process.Dispose();
        _ = Process.Gone.Wait(Patience);
        _coming.Dispose();
    }
}
