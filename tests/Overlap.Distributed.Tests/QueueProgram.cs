using System.Diagnostics;

namespace Overlap.Distributed.Tests;

/// <summary>The programs of <c>Overlap.QueuePrograms</c>, in processes of their own.</summary>
internal static class QueueProgram
{
    private const string Tracer = "/usr/bin/strace";

    /// <summary>The command that runs one.</summary>
    public static string[] CommandOf(params string[] arguments)
    {
        // artifacts/bin/Overlap.Distributed.Tests/debug → artifacts/bin/Overlap.QueuePrograms/debug
        DirectoryInfo own = new(AppContext.BaseDirectory);
        string program = Path.Combine(own.Parent!.Parent!.FullName, "Overlap.QueuePrograms", own.Name, "Overlap.QueuePrograms.dll");
        string dotnet = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../../dotnet"));
        return [dotnet, "exec", program, .. arguments];
    }

    /// <summary>The command that runs one whose calls of the system go wrong: of those to some files, which and how.</summary>
    public static string[] TracedCommandOf(string[] files, string[] injections, params string[] arguments)
    {
        Assert.SkipUnless(File.Exists(Tracer), "strace is not installed.");
        string calls = string.Join(',', injections.Select(static injection => injection.Split(':')[0]));
        return
        [
            Tracer, "-f", "--quiet=all", "--signal=none", "-o", "/dev/null", .. files.SelectMany(static file => (string[])["-P", file]), "-e", $"trace={calls}",
            .. injections.SelectMany(static injection => (string[])["-e", $"inject={injection}"]), .. CommandOf(arguments),
        ];
    }

    public static Process Start(string[] command) => Process.Start(new ProcessStartInfo(command[0], command[1..])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    /// <summary>Runs one to its end, whatever that is.</summary>
    public static async Task<(int ExitCode, string[] Lines, string Error)> RunAsync(string[] command)
    {
        using Process process = Start(command);
        Task<string> error = process.StandardError.ReadToEndAsync();
        string[] lines = (await process.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await process.WaitForExitAsync();
        return (process.ExitCode, lines, await error);
    }
}
