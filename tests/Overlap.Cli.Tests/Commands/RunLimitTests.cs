using Overlap.Testing;
using static Overlap.Cli.Tests.Commands.RunInProcess;

namespace Overlap.Cli.Tests.Commands;

/// <summary>Commands of a run that take too long, and runs that give up early.</summary>
public sealed class RunLimitTests : IDisposable
{
    private readonly CommandFolder _folder = new();
    private readonly VirtualTimeProvider _clock = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_Timeout_EndsTheCommandAndWhatItStarted()
    {
        Task<(int ExitCode, string Output, string Error)> run = RunAsync(_clock, "-q", "--timeout", "200ms", "--shell", Endless, ":::", "a");
        string[] ids = await IdsAsync(run);

        _clock.Advance(TimeSpan.FromMilliseconds(200));

        (int exitCode, _, string error) = await run;
        Assert.Equal((1, "a: took longer than 0.2 s (--timeout)\n"), (exitCode, error));
        Assert.All(ids, static id => Assert.False(ProcessState.IsAlive(id)));
    }

    [Fact]
    public async Task Run_Deadline_LeavesNothingBehind()
    {
        Task<(int ExitCode, string Output, string Error)> run = RunAsync(_clock, "-q", "--deadline", "1s", "--shell", Endless, ":::", "a");
        string[] ids = await IdsAsync(run);

        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(124, (await run).ExitCode);
        Assert.All(ids, static id => Assert.False(ProcessState.IsAlive(id)));
    }

    [Fact]
    public async Task Run_TimeoutAndTermIgnored_IsKilled()
    {
        (int exitCode, _, _) = await RunAsync("-q", "--timeout", "100ms", "--shell", "trap '' TERM; while :; do sleep 0.1; done #", ":::", "a");

        Assert.Equal(1, exitCode);
    }

    [Fact]
    public async Task Run_TimeoutOfMedian_EndsTheStraggler()
    {
        Task<(int ExitCode, string Output, string Error)> run = RunAsync(
            _clock, "-q", "-j", "2", "--timeout", "2000%", "--shell", $"test {{}} != 1 || exec sleep 1000; {_folder.UpThenGo}", ":::", "1", "2", "3", "4", "5", "6");
        foreach (string item in (string[])["2", "3", "4", "5"])
        {
            Assert.Equal(item, await _folder.Up.HearAsync(run));
            _clock.Advance(TimeSpan.FromMilliseconds(10));
            _folder.Go.Say();
        }

        // The last one runs when the others have ended. Twenty times the median is between what it takes now and what the first has taken.
        Assert.Equal("6", await _folder.Up.HearAsync(run));
        _clock.Advance(TimeSpan.FromMilliseconds(180));
        _folder.Go.Say();

        (int exitCode, _, string error) = await run;
        Assert.Equal((1, "1: took longer than 2000 % of the median (--timeout)\n"), (exitCode, error));
    }

    [Fact]
    public async Task Run_MaxTime_CoversAllAttempts()
    {
        (int exitCode, _, string error) = await RunAsync("-q", "--max-time", "300ms", "--retries", "1000", "false", ":::", "a");

        Assert.Equal(1, exitCode);
        Assert.StartsWith("a: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_HaltNow_EndsWhatRuns()
    {
        string id = _folder.PathOf("id");
        string up = _folder.Up.Path;

        (int exitCode, _, string error) = await RunAsync(
            "-q", "-j", "2", "--halt", "now,fail=1", "--shell", $"test {{}} = 1 && {{ echo $$ > {up}; exec sleep 1000; }}; read id < {up}; echo $id > {id}; exit 9", ":::", "1", "2", "3");

        Assert.Equal(4, exitCode);
        Assert.Contains("2: exit code 9\n", error, StringComparison.Ordinal);
        Assert.False(ProcessState.IsAlive(File.ReadAllText(id).Trim()));
    }

    [Fact]
    public async Task Run_HaltOnSuccess_StartsNoMore()
    {
        (int exitCode, string output, _) = await RunAsync("-q", "-j", "1", "--halt", "soon,success=2", "echo", ":::", "1", "2", "3", "4", "5", "6", "7");

        Assert.Equal(4, exitCode);
        Assert.StartsWith("1\n2\n", output, StringComparison.Ordinal);
        Assert.DoesNotContain("7", output, StringComparison.Ordinal);
    }

    /// <summary>A shell's command that never ends, with a child in its group and one in a session of its own: it says their numbers.</summary>
    private string Endless => $"sleep 1000 & a=$!; setsid sleep 1000 & echo $$ $a $! > {_folder.Up.Path}; while :; do sleep 0.05; done #";

    private async Task<string[]> IdsAsync(Task run) => (await _folder.Up.HearAsync(run)).Split(' ');
}
