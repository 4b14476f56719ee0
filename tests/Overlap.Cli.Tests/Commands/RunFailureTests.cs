using System.Text.Json;
using static Overlap.Cli.Tests.Commands.RunInProcess;

namespace Overlap.Cli.Tests.Commands;

/// <summary>Commands of a run that fail, or that cannot even be started, and their further attempts.</summary>
public sealed class RunFailureTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_SomeFail_OneLineEachAndExitCode()
    {
        (int exitCode, _, string error) = await RunAsync("-k", "--shell", "exit {}", ":::", "0", "3", "255");

        Assert.Equal(1, exitCode);
        Assert.StartsWith("3: exit code 3\n255: exit code 255\n1 ok, 2 failed, 0 retried", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_KilledBySignal_NamesIt() =>
        Assert.Equal((1, "", "x: ended by SIGKILL (exit code 137)\n"), await RunAsync("-q", "--shell", "kill -9 $$ #", ":::", "x"));

    [Theory]
    [InlineData("there is no command 'nosuchcommand' in the folders of PATH", "nosuchcommand")]
    [InlineData("there is no command 'echo hi' in the folders of PATH; a whole line is a command with --shell", "echo hi")]
    [InlineData("there is no program ./nosuch/program", "./nosuch/program")]
    [InlineData("the command is an empty word", "")]
    [InlineData("/etc/passwd may not be executed (permission denied)", "/etc/passwd")]
    public async Task Run_CommandThatCannotBe_OneLineBeforeAnythingIsDone(string message, string command) =>
        Assert.Equal((5, "", $"overlap: {message}\n"), await RunAsync("--", command, ":::", "a", "b"));

    [Fact]
    public async Task Run_CommandIsTheItemAndNotThere_CostsThatItem()
    {
        (int exitCode, string output, string error) = await RunAsync("-q", "-k", "--", "{}", ":::", "nosuchcommand", "pwd");

        Assert.Equal((1, $"{Environment.CurrentDirectory}\n", "nosuchcommand: there is no command 'nosuchcommand' in the folders of PATH\n"), (exitCode, output, error));
    }

    [Fact]
    public async Task Run_FileIsNoProgram_SaysSo()
    {
        string script = _folder.PathOf("script");
        File.WriteAllText(script, "echo hi\n");
        await RunAsync("-q", "chmod", "+x", ":::", script);

        Assert.Equal(
            (1, "", "a: the file is no program (a script begins with a line such as #!/bin/sh)\n"), await RunAsync("-q", "--", script, ":::", "a"));
    }

    [Theory]
    [InlineData((128 << 10) - 1, 0)]
    [InlineData(128 << 10, 1)]
    [InlineData(3 << 20, 1)]
    public async Task Run_LongItem_FailsAloneWhenTheSystemTakesNoSuchArgument(int length, int expected)
    {
        (int exitCode, string output, string error) = await RunWithAsync($"{new string('x', length)}\ny\n", "-q", "-k", "--", "sh", "-c", "echo ok", "sh");

        Assert.Equal((expected, 2 - expected), (exitCode, output.Split("ok").Length - 1));
        Assert.Equal(expected == 1, error.Contains("longer than", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_NulInALine_FailsThatItemAndNamesTheOption() =>
        Assert.Contains("are read with -0", (await RunWithAsync("a\0b\0", "-q", "echo")).Error, StringComparison.Ordinal);

    [Fact]
    public async Task Run_Retries_UntilItGoesWell()
    {
        string count = _folder.PathOf("count");

        (int exitCode, string output, _) = await RunAsync(
            "-q", "--retries", "5", "--shell", $"echo x >> {count}; echo try; test $(wc -l < {count}) = 3 #", ":::", "a");

        Assert.Equal((0, "try\n", 3), (exitCode, output, File.ReadAllLines(count).Length));
    }

    [Fact]
    public async Task Run_RetriesUsedUp_CountsThem()
    {
        (_, string output, _) = await RunAsync("-q", "--retries", "2", "--jsonl", "false", ":::", "a");

        JsonElement item = JsonDocument.Parse(output).RootElement;
        Assert.Equal((3, "exit", 1), (item.GetProperty("attempts").GetInt32(), item.GetProperty("error").GetString(), item.GetProperty("exit").GetInt32()));
    }
}
