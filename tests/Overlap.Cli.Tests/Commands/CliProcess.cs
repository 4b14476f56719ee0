using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Overlap.Cli.Tests.Commands;

/// <summary>The built program as a child process.</summary>
internal sealed partial class CliProcess : IDisposable
{
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;

    private readonly Process _process;
    private readonly Patience _patience;
    private readonly StringBuilder _shown = new();

    static CliProcess() => InheritedSignals.Restore();

    private CliProcess(Process process, TimeSpan? limit)
    {
        _process = process;
        _patience = new Patience(process, limit);
    }

    public int ProcessId => _process.Id;

    public StreamReader Output => _process.StandardOutput;

    public StreamReader Error => _process.StandardError;

    /// <summary>What it reads, of one that was started to read: the keys of a terminal, or a pipe.</summary>
    public StreamWriter Input => _process.StandardInput;

    public int Id => _process.Id;

    /// <summary>Ends with the program.</summary>
    public Task Ended => _process.WaitForExitAsync(_patience.Token);

    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "Overlap.Cli");

    public static CliProcess Start(params string[] arguments) => StartProgram(Path, arguments);

    /// <summary>Starts the program at the end of a pipe: what is written to <see cref="Input"/> is its standard input.</summary>
    /// <param name="limit">How long it may run.</param>
    /// <param name="arguments">What it is started with.</param>
    public static CliProcess StartReading(TimeSpan limit, params string[] arguments) => StartProgram(Path, arguments, reads: true, limit);

    /// <summary>Starts the program through a shell, which can redirect what the framework cannot; <c>$0</c> is the program.</summary>
    public static CliProcess StartInShell(string script) => StartProgram("/bin/sh", ["-c", script, Path]);

    /// <summary>Starts a shell's script on a terminal of its own; what is typed there is written to <see cref="Input"/>.</summary>
    public static CliProcess StartOnTerminal(string script) => StartProgram("/usr/bin/script", ["-qefc", script, "/dev/null"], reads: true);

    /// <summary>Reads a line of what it prints.</summary>
    /// <returns>The line; <see langword="null"/> after the last one.</returns>
    public async Task<string?> ReadLineAsync() => await Output.ReadLineAsync(_patience.Token);

    /// <summary>Reads a line of its messages.</summary>
    /// <inheritdoc cref="ReadLineAsync"/>
    public async Task<string?> ReadErrorLineAsync() => await Error.ReadLineAsync(_patience.Token);

    /// <summary>Waits for what only the system can tell, and tells nobody; the end of the program is a failure and no endless wait.</summary>
    public async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            Assert.False(_process.HasExited && !condition(), "the program has ended and what was waited for did not come");
            await Task.Delay(10, _patience.Token);
        }
    }

    /// <summary>Reads what a terminal shows until a text is among all that it showed: texts of several that write come in any order.</summary>
    public async Task ReadUntilAsync(string text)
    {
        char[] letters = new char[256];
        while (!_shown.ToString().Contains(text, StringComparison.Ordinal))
        {
            int count = await Output.ReadAsync(letters, _patience.Token);
            Assert.True(count > 0, $"the end came before '{text}': {_shown}");
            _shown.Append(letters, 0, count);
        }
    }

    /// <summary>The most memory that it ever had. Unit: bytes.</summary>
    public long ReadMostMemory()
    {
        string line = File.ReadLines($"/proc/{_process.Id}/status").First(static line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.AsSpan(6).Trim().TrimEnd("kB "), System.Globalization.CultureInfo.InvariantCulture) << 10;
    }

    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using CliProcess process = Start(arguments);
        return await process.EndAsync();
    }

    /// <summary>Reads what is left and waits for the end.</summary>
    public Task<(int ExitCode, string Output, string Error)> EndAsync() => _patience.WaitAsync(_process);

    public void Signal(int signal) => Signal(_process.Id, signal);

    public static void Signal(int processId, int signal) => Assert.Equal(0, SendSignal(processId, signal));

    /// <summary>The processes that the program has started, and that still run.</summary>
    /// <remarks>The system lists them by the thread that started them: when one ends meanwhile, its children are another's, and all are read again.</remarks>
    public int[] Children()
    {
        while (true)
        {
            string[] threads = Directory.GetDirectories($"/proc/{_process.Id}/task");
            try
            {
                int[] children =
                [
                    .. threads.SelectMany(static thread => File.ReadAllText($"{thread}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                        .Select(static child => int.Parse(child, System.Globalization.CultureInfo.InvariantCulture)),
                ];
                if (threads.All(Directory.Exists))
                {
                    return children;
                }
            }
            catch (IOException) when (!_process.HasExited)
            {
                // A thread has ended between the two looks.
            }
        }
    }

    public void Dispose()
    {
        _patience.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private static CliProcess StartProgram(string program, string[] arguments, bool reads = false, TimeSpan? limit = null)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["NO_COLOR"] = "1";
        Process process = Process.Start(start)!;
        if (!reads)
        {
            process.StandardInput.Close();
        }

        return new CliProcess(process, limit);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int processId, int signal);
}
