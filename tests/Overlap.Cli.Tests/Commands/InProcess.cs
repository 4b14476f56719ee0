using System.Text;
using Overlap.Cli.Commands;
using Overlap.Cli.Rendering;

namespace Overlap.Cli.Tests.Commands;

/// <summary>Runs the command line inside the test, with streams of the test's own.</summary>
internal static class InProcess
{
    public static Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments) => RunAsync(TimeProvider.System, arguments);

    /// <summary>The same by a clock of the test's own.</summary>
    public static Task<(int ExitCode, string Output, string Error)> RunAsync(TimeProvider clock, params string[] arguments) =>
        RunAsync(Stream.Null, clock, arguments);

    /// <summary>The same with something to read on standard input.</summary>
    public static Task<(int ExitCode, string Output, string Error)> RunWithAsync(string input, params string[] arguments) =>
        RunAsync(new MemoryStream(Encoding.UTF8.GetBytes(input)), TimeProvider.System, arguments);

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(Stream input, TimeProvider clock, string[] arguments)
    {
        using MemoryStream output = new();
        using MemoryStream error = new();
        int exitCode = await CommandLine.RunAsync(arguments, new Terminal(output, error, input) { TimeProvider = clock }).WaitAsync(Patience.Usual);
        return (exitCode, Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(error.ToArray()));
    }
}
