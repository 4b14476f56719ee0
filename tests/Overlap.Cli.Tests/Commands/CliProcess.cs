using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Overlap.Cli.Tests.Commands;

/// <summary>The built program as a child process.</summary>
internal sealed partial class CliProcess : IDisposable
{
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;

    private readonly Process _process;

    private CliProcess(Process process) => _process = process;

    public StreamReader Output => _process.StandardOutput;

    public StreamReader Error => _process.StandardError;

    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "Overlap.Cli");

    public static CliProcess Start(params string[] arguments) => StartProgram(Path, arguments);

    /// <summary>Starts the program through a shell, which can redirect what the framework cannot; <c>$0</c> is the program.</summary>
    public static CliProcess StartInShell(string script) => StartProgram("/bin/sh", ["-c", script, Path]);

    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using CliProcess process = Start(arguments);
        return await process.EndAsync();
    }

    /// <summary>Reads what is left and waits for the end.</summary>
    public async Task<(int ExitCode, string Output, string Error)> EndAsync()
    {
        Task<string> output = Output.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> error = Error.ReadToEndAsync(TestContext.Current.CancellationToken);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (_process.ExitCode, await output, await error);
    }

    public void Signal(int signal) => Signal(_process.Id, signal);

    public static void Signal(int processId, int signal) => Assert.Equal(0, SendSignal(processId, signal));

    /// <summary>The processes that the program has started, and that still run.</summary>
    public int[] Children() =>
    [
        .. Directory.EnumerateDirectories($"/proc/{_process.Id}/task")
            .SelectMany(static thread => File.ReadAllText($"{thread}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(static child => int.Parse(child, System.Globalization.CultureInfo.InvariantCulture)),
    ];

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private static CliProcess StartProgram(string program, string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["NO_COLOR"] = "1";
        Process process = Process.Start(start)!;
        process.StandardInput.Close();
        return new CliProcess(process);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int processId, int signal);
}
