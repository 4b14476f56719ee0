using Overlap.Processes.Workers;

namespace Overlap.Processes.Hosting;

/// <summary>Where a worker process begins.</summary>
internal static class WorkerEntryPoint
{
    private const int NotAWorker = 64;

    /// <summary>Runs a worker to its end.</summary>
    /// <returns>The exit code.</returns>
    public static int Run()
    {
        if (WorkerCookie.OfThisProcess() is not { } cookie)
        {
            Console.Error.WriteLine("Overlap.dll is a library; as a program it is only started by a process pool of another program.");
            return NotAWorker;
        }

        WorkerControl control = WorkerControl.Start(cookie);
        WorkerConsole.Install();
        return WorkerHost.Run(control);
    }

    private static int Main() => Run();
}
