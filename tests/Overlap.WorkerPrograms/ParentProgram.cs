using Overlap.Processes;
using Overlap.Processes.Workers;

namespace Overlap.WorkerPrograms;

/// <summary>A program with one worker process. Prints the worker's number and what it writes, and lives until its input ends.</summary>
internal sealed class ParentProgram : IWorkerEvents
{
    public static void Run(IReadOnlyList<string> command)
    {
        WorkerLaunch launch = new() { Inherited = [], Command = command.Count == 0 ? null : command };
        WorkerProcess worker = WorkerProcess.Start(launch, new ParentProgram());
        Console.WriteLine($"worker {worker.ProcessId}");
        while (Console.ReadLine() is not null)
        {
        }
    }

    public void OnExited(WorkerProcess worker, WorkerExit exit) => Console.WriteLine($"exit {exit.Describe()}");

    public void OnOutput(WorkerProcess worker, WorkerOutputLine line) => Console.WriteLine(line.Text);
}
