using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Overlap.Samples.Tests;

/// <summary>A sample as a user runs it: its own process.</summary>
internal static partial class SampleProgram
{
    // artifacts/bin/<project>/<configuration>: the samples lie beside the tests, in the same configuration.
    private static readonly DirectoryInfo OwnFolder = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));

    /// <summary>What a sample printed and how it ended.</summary>
    internal sealed record Run(string Output, string Error, int ExitCode);

    public static async Task<Run> RunAsync(string sample, params string[] arguments)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string program = Path.Combine(OwnFolder.Parent!.Parent!.FullName, sample, OwnFolder.Name, sample);
        using Process process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            Task<string> error = process.StandardError.ReadToEndAsync(cancellationToken);
            string output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return new Run(output, await error, process.ExitCode);
        }
        finally
        {
            process.Kill();
        }
    }

    /// <summary>Makes output comparable: how long it took and on which ports differs from run to run.</summary>
    public static string Normalize(string output, SampleSite site) => Seconds().Replace(output, "# seconds")
        .Replace(new Uri(site.Address).Authority, "site", StringComparison.Ordinal)
        .Replace(new Uri(site.NobodyAddress).Authority, "nobody", StringComparison.Ordinal);

    [GeneratedRegex(@"\d+\.\d+ seconds")]
    private static partial Regex Seconds();
}
