using System.Text;
using Overlap.Cli.Commands;
using Overlap.Cli.Rendering;

namespace Overlap.Cli.Tests.Commands;

/// <summary>Runs the command line inside the test, with streams of the test's own.</summary>
internal static class InProcess
{
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using MemoryStream output = new();
        using MemoryStream error = new();
        int exitCode = await CommandLine.RunAsync(arguments, new Terminal(output, error, Stream.Null));
        return (exitCode, Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(error.ToArray()));
    }
}
