namespace Overlap.Cli.Tests.Commands;

/// <summary>Runs <c>overlap run</c> inside the test.</summary>
internal static class RunInProcess
{
    public static Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments) => InProcess.RunAsync(["run", .. arguments]);

    /// <summary>The same by a clock of the test's own.</summary>
    public static Task<(int ExitCode, string Output, string Error)> RunAsync(TimeProvider clock, params string[] arguments) =>
        InProcess.RunAsync(clock, ["run", .. arguments]);

    /// <summary>The same with items from standard input.</summary>
    public static Task<(int ExitCode, string Output, string Error)> RunWithAsync(string input, params string[] arguments) =>
        InProcess.RunWithAsync(input, ["run", .. arguments]);
}
