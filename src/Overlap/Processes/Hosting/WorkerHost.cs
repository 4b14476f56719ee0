namespace Overlap.Processes.Hosting;

/// <summary>What a worker does between its start and its end.</summary>
internal static class WorkerHost
{
    /// <summary>Works until the pool's process is gone, which the control thread sees.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(WorkerControl control)
    {
        using ManualResetEventSlim never = new();
        control.Listen(static _ => { });
        never.Wait();
        return 0;
    }
}
