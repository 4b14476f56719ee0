using System.Globalization;
using System.Text.Json;

namespace Overlap.Cli.Tests.Commands;

/// <summary>The runner on a terminal, and where the machine sets it limits.</summary>
public sealed class RunMachineTests : IDisposable
{
    private const int TerminalStop = 20;
    private const int Continue = 18;
    private const int WindowChange = 28;

    private readonly CommandFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Keys_ItemsComeFromAPipe_ChangeHowManyRun()
    {
        using CliProcess process = CliProcess.StartOnTerminal(
            $"printf '1\\n2\\n3\\n' | {CliProcess.Path} run -u -j 1 --shell 'echo up.{{}}; read word < {_folder.Go.Path}'");
        await process.ReadUntilAsync("up.1");

        await process.Input.WriteAsync("+");
        await process.Input.FlushAsync(TestContext.Current.CancellationToken);
        await process.ReadUntilAsync("overlap: 2 commands at a time from now on");
        await process.ReadUntilAsync("up.2");
        await process.Input.WriteAsync("-");
        await process.Input.FlushAsync(TestContext.Current.CancellationToken);
        await process.ReadUntilAsync("overlap: 1 command at a time from now on");
        _folder.Go.Say(times: 3);

        Assert.Equal(0, (await process.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task ReadUntil_WindowChangesAThousandTimes_RunGoesOn()
    {
        using CliProcess process = CliProcess.StartOnTerminal(
            $"echo $$ > {_folder.Up.Path}; exec {CliProcess.Path} run -u --shell 'echo up.{{}}; read word < {_folder.Go.Path}' ::: 1");
        await process.ReadUntilAsync("up.1");
        int processId = int.Parse(await _folder.Up.HearAsync(process), CultureInfo.InvariantCulture);

        for (int i = 0; i < 1_000; i++)
        {
            CliProcess.Signal(processId, WindowChange);
        }

        _folder.Go.Say();
        await process.ReadUntilAsync("1 ok, 0 failed");
        Assert.Equal(0, (await process.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task Stop_AndContinue_CommandsStopAndContinueToo()
    {
        using CliProcess process = CliProcess.Start(
            "run", "-q", "--shell", $"echo $$ > {_folder.Up.Path}; read word < {_folder.Go.Path} #", ":::", "x");
        int command = int.Parse(await _folder.Up.HearAsync(process), CultureInfo.InvariantCulture);

        // What is stopped can tell nobody: the system alone knows.
        process.Signal(TerminalStop);
        await process.UntilAsync(() => ProcessState.Of(process.Id) == 'T' && ProcessState.Of(command) == 'T');
        process.Signal(Continue);
        await process.UntilAsync(() => ProcessState.Of(process.Id) != 'T' && ProcessState.Of(command) != 'T');
        _folder.Go.Say();

        Assert.Equal(0, (await process.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task HangUp_IgnoredByTheCaller_RunGoesOn()
    {
        using CliProcess process = CliProcess.StartInShell(
            $"trap '' HUP; echo $$ > {_folder.Up.Path}; exec \"$0\" run -q --shell 'echo up > {_folder.Up.Path}; read word < {_folder.Go.Path}; echo {{}}' ::: x");
        int program = int.Parse(await _folder.Up.HearAsync(process), CultureInfo.InvariantCulture);
        Assert.Equal("up", await _folder.Up.HearAsync(process));
        CliProcess.Signal(program, 1);
        _folder.Go.Say();

        Assert.Equal((0, "x\n", ""), await process.EndAsync());
    }

    [Fact]
    public async Task GroupHasRoomForFewProcesses_RunsAsManyAndIsRefusedNone()
    {
        // It tried more: whenever none was left the runtime could not start a thread, and ended the program, one time in six.
        using ProcessGroupLimit? limit = ProcessGroupLimit.TryCreate(50);
        Assert.SkipWhen(limit is null, "limiting the number of processes takes the pids cgroup and the rights to make one");
        using CliProcess process = CliProcess.StartInShell($"echo $$ > {limit.Members}; exec \"$0\" run -q -j 60 --json -- sleep 0.1{{}} ::: $(seq 100)");
        (int exitCode, string output, string error) = await process.EndAsync();

        Assert.Equal((0, 100), (exitCode, JsonDocument.Parse(output).RootElement.GetProperty("succeeded").GetInt32()));
        Assert.Matches("^overlap: [0-9]+ commands at a time, not 60: the control group allows no more processes\n$", error);
        Assert.Equal(0, limit.Refusals);
    }

    [Theory]
    [InlineData("--joblog", "overlap: cannot write the journal", "true ::: $(seq 20000)")]
    [InlineData("-k", "overlap: cannot keep the output of a command in", "head -c 5000000 /dev/zero ::: x")]
    public async Task FilesMayNotGrowFurther_OneLineAndEnvironmentCode(string option, string message, string command)
    {
        string options = option == "--joblog" ? $"--joblog {_folder.PathOf("log")}" : option;

        // The runtime itself cannot start under such a limit, unless it is told not to map its code twice.
        using CliProcess process = CliProcess.StartInShell(
            $"ulimit -f 1000; DOTNET_EnableWriteXorExecute=0 TMPDIR={_folder.PathOf("")} exec \"$0\" run -q {options} -- {command} > /dev/null");
        (int exitCode, _, string error) = await process.EndAsync();

        Assert.Equal(5, exitCode);
        Assert.StartsWith(message, error, StringComparison.Ordinal);
        Assert.Equal(1, error.Count(static letter => letter == '\n'));
    }
}
