using System.Diagnostics;
using Overlap.Tests.Processes.Workers;

namespace Overlap.Tests.Processes.Faults;

/// <summary>A program with a pool, in a process of its own, that obeys the test.</summary>
internal sealed class PoolProgramRun : IDisposable
{
    private readonly Process _program;

    private PoolProgramRun(Process program) => _program = program;

    /// <summary>Lets this program open for good what it opens with the first program that it starts.</summary>
    public static void WarmUp()
    {
        using Process first = Process.Start(new ProcessStartInfo("/bin/echo", ["1"]) { RedirectStandardOutput = true, RedirectStandardInput = true })!;

        // Asynchronous reading opens more than the other.
        _ = first.StandardOutput.ReadToEndAsync().GetAwaiter().GetResult();
        first.WaitForExit();
        first.StandardInput.Dispose();
        first.StandardOutput.Dispose();
    }

    public int ProcessId => _program.Id;

    /// <summary>Starts it.</summary>
    /// <param name="maxWorkers">The most workers of its pool.</param>
    /// <param name="before">What stands before the command: a program that starts another in a certain way.</param>
    /// <param name="program">Where it is, in place of where it was built.</param>
    /// <param name="environment">Its whole environment. Default: the test's.</param>
    public static PoolProgramRun Start(
        int maxWorkers, IReadOnlyList<string>? before = null, string? program = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        string[] built = [.. WorkerPrograms.Command("pool", $"{maxWorkers}")];
        string[] command = [.. before ?? [], built[0], built[1], program ?? built[2], .. built[3..]];
        ProcessStartInfo start = new(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (environment is not null)
        {
            start.Environment.Clear();
            foreach ((string name, string value) in environment)
            {
                start.Environment[name] = value;
            }
        }

        return new(Process.Start(start)!);
    }

    /// <summary>The next line that it says.</summary>
    public async Task<string> HearAsync() =>
        await _program.StandardOutput.ReadLineAsync().WaitAsync(FaultPool.Guard) ?? throw new InvalidOperationException("The program has ended.");

    public async Task<string> AskAsync(string line)
    {
        Tell(line);
        return await HearAsync();
    }

    public void Tell(string line) => _program.StandardInput.WriteLine(line);

    /// <summary>Lets it end well and waits for that.</summary>
    public async Task<string> EndAsync()
    {
        _program.StandardInput.Close();
        string last = await HearAsync();
        await _program.WaitForExitAsync().WaitAsync(FaultPool.Guard);
        return _program.ExitCode == 0 ? last : throw new InvalidOperationException($"The program has ended with {_program.ExitCode}, after '{last}'.");
    }

    public void Dispose()
    {
        if (!_program.HasExited)
        {
            _program.Kill();
        }

        _program.StandardInput.Dispose();
        _program.StandardOutput.Dispose();
        _program.Dispose();
    }
}
