using Overlap.Processes;
using Overlap.Processes.Workers;

namespace Overlap.WorkerPrograms;

/// <summary>A program that starts and kills workers, one after the other, and tells what it has more of than before.</summary>
internal static class CyclesProgram
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static void Run(int count)
    {
        Cycle();
        int before = Descriptors();
        for (int i = 0; i < count; i++)
        {
            Cycle();
        }

        // The runtime has two descriptors more while it starts a thread of its own.
        int descriptors = 0;
        bool areThreadsGone = SpinWait.SpinUntil(() => Threads() == 0 && (descriptors = Descriptors() - before) <= 0, Patience);
        Console.WriteLine($"{Math.Max(0, descriptors)} descriptors, {(areThreadsGone ? 0 : Threads())} threads, {Children()} children");
    }

    private static void Cycle()
    {
        WorkerProcess worker = WorkerProcess.Start(new() { Inherited = [], Command = ["/bin/sleep", "1000"] }, new Nobody());
        _ = worker.ReadResidentBytes();
        worker.Dispose();
        if (!worker.Gone.Wait(Patience))
        {
            throw new TimeoutException("A killed worker did not go.");
        }
    }

    private static int Descriptors() => Directory.GetFileSystemEntries("/proc/self/fd").Length;

    private static int Threads() => Directory.GetDirectories("/proc/self/task")
        .Count(static task => File.ReadAllText(Path.Combine(task, "comm")).StartsWith("overlap worker", StringComparison.Ordinal));

    // Zombies are among them.
    private static int Children() => File.ReadAllText($"/proc/self/task/{Environment.ProcessId}/children")
        .Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;

    private sealed class Nobody : IWorkerEvents
    {
        public void OnExited(WorkerProcess worker, WorkerExit exit)
        {
        }

        public void OnOutput(WorkerProcess worker, WorkerOutputLine line)
        {
        }
    }
}
