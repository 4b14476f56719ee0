namespace Overlap.Processes.Hosting;

/// <summary>The console of a worker: every line goes to the pool with the number of the call that wrote it.</summary>
internal static class WorkerConsole
{
    private static readonly CallWriter Output = new(1);
    private static readonly CallWriter ErrorOutput = new(2);

    /// <summary>Tells which call is running where it is asked; 0 = none. Set once, before the first call.</summary>
    public static Func<long> RunningCall { get; set; } = static () => 0;

    /// <summary>Takes the place of the process' console.</summary>
    public static void Install()
    {
        Console.SetOut(Output);
        Console.SetError(ErrorOutput);
        AppDomain.CurrentDomain.ProcessExit += static (_, _) =>
        {
            Output.FlushAll();
            ErrorOutput.FlushAll();
        };
    }

    /// <summary>Sends what a call wrote without a line end.</summary>
    public static void EndCall(long call)
    {
        Output.EndCall(call);
        ErrorOutput.EndCall(call);
    }
}
