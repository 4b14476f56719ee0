using static Overlap.Cli.Tests.Commands.RunInProcess;

namespace Overlap.Cli.Tests.Commands;

/// <summary>Commands of a run that take too long, and runs that give up early.</summary>
public sealed class RunLimitTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_Timeout_EndsTheCommandAndWhatItStarted()
    {
        string ids = _folder.PathOf("ids");

        (int exitCode, _, string error) = await RunAsync(
            "-q", "--timeout", "200ms", "--shell", $"sleep 1000 & echo $! > {ids}; setsid sleep 1000 & sleep 0.05; echo $! >> {ids}; wait #", ":::", "a");

        Assert.Equal((1, "a: took longer than 0.2 s (--timeout)\n"), (exitCode, error));
        Assert.All(File.ReadAllLines(ids), static id => Assert.False(ProcessState.IsAlive(id)));
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
        (int exitCode, _, string error) = await RunAsync(
            "-q", "-j", "2", "--timeout", "2000%", "--shell", "test {} != 1 || sleep 1000", ":::", "1", "2", "3", "4", "5");

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
        using TalkingPipe up = new(_folder.PathOf("up"));

        (int exitCode, _, string error) = await RunAsync(
            "-q", "-j", "2", "--halt", "now,fail=1", "--shell", $"test {{}} = 1 && {{ echo $$ > {up.Path}; exec sleep 1000; }}; read id < {up.Path}; echo $id > {id}; exit 9", ":::", "1", "2", "3");

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
}
