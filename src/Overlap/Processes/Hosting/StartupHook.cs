using Overlap.Processes.Hosting;

/// <summary>Turns a second start of the program into a worker, before <c>Main</c>.</summary>
/// <remarks>The runtime finds this class by its name, which must have no namespace.</remarks>
internal static class StartupHook
{
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(HostLocation.HookVariable) is null)
        {
            return;
        }

        // What the worker starts is not to become a worker too.
        Environment.SetEnvironmentVariable(HostLocation.HookVariable, null);
        Environment.SetEnvironmentVariable(HostLocation.StartupHooksVariable, null);
        Environment.Exit(WorkerEntryPoint.Run());
    }
}
