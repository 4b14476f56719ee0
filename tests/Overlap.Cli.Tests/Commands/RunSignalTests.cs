using System.Text.Json;

namespace Overlap.Cli.Tests.Commands;

/// <summary>The runner as a process: signals, closed and full outputs, deaths, machines without room.</summary>
public sealed class RunSignalTests : IDisposable
{
    private const int HangUp = 1;
    private const int More = 10;
    private const int Fewer = 12;

    private readonly CommandFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Interrupt_WhileRunning_LetsWhatRunsEndAndStartsNoMore()
    {
        string journal = _folder.PathOf("log");
        string[] arguments = ["run", "-q", "-j", "2", "--joblog", journal, "--shell", $"echo {{}}; {_folder.UpThenGo} #", ":::", "1", "2", "3", "4"];
        using CliProcess process = CliProcess.Start(arguments);
        await UpAsync(process, 1, 2);
        process.Signal(CliProcess.Interrupt);
        Assert.StartsWith("overlap: stopping: commands that run may end", await process.ReadErrorLineAsync(), StringComparison.Ordinal);
        _folder.Go.Say(times: 4);
        (int exitCode, string output, string error) = await process.EndAsync();

        Assert.Equal((130, "1 2"), (exitCode, string.Join(' ', output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order())));
        Assert.Contains("overlap: to do the rest: overlap run --resume -q -j 2", error, StringComparison.Ordinal);
        (int resumed, string rest, _) = await CliProcess.RunAsync(["run", "--resume", .. arguments[1..]]);
        Assert.Equal((0, "3 4"), (resumed, string.Join(' ', rest.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order())));
    }

    [Fact]
    public async Task Interrupt_Twice_EndsWhatRunsAndLeavesNothingBehind()
    {
        using CliProcess process = StartEndless("");
        string[] ids = await IdsAsync(process);
        process.Signal(CliProcess.Interrupt);
        await process.ReadErrorLineAsync();
        process.Signal(CliProcess.Interrupt);

        Assert.Equal(130, (await process.EndAsync()).ExitCode);
        Assert.All(ids, static id => Assert.False(ProcessState.IsAlive(id)));
    }

    [Fact]
    public async Task Interrupt_ThreeTimes_KillsWhatWillNotEnd()
    {
        using CliProcess process = StartEndless("trap '' TERM;");
        string[] ids = await IdsAsync(process);
        process.Signal(CliProcess.Interrupt);
        await process.ReadErrorLineAsync();
        process.Signal(CliProcess.Interrupt);
        process.Signal(CliProcess.Interrupt);

        Assert.Equal(130, (await process.EndAsync()).ExitCode);

        // A child that was killed with nobody left to reap it.
        await ProcessState.UntilAsync(() => !ProcessState.IsAlive(ids[0]));
    }

    [Theory]
    [InlineData(CliProcess.Terminate)]
    [InlineData(HangUp)]
    public async Task Terminate_WhileRunning_EndsWhatRunsAfterAGrace(int signal)
    {
        using CliProcess process = StartEndless("");
        string[] ids = await IdsAsync(process);
        process.Signal(signal);

        Assert.Equal(143, (await process.EndAsync()).ExitCode);
        Assert.All(ids, static id => Assert.False(ProcessState.IsAlive(id)));
    }

    [Fact]
    public async Task Kill_AtSomePoint_ResumeDoesTheRest()
    {
        string journal = _folder.PathOf("log");

        // More than a pipe holds: the program cannot end before this test has read on, however slow the test is to send its signal.
        string[] items = [.. Enumerable.Range(1, 500).Select(static number => $"{number}".PadRight(300, '.'))];
        string[] arguments = ["run", "-q", "-j", "2", "--joblog", journal, "echo", ":::", .. items];
        using (CliProcess first = CliProcess.Start(arguments))
        {
            await first.ReadLineAsync();
            first.Signal(CliProcess.Kill);
            await first.EndAsync();
        }

        int done = File.ReadAllText(journal).Count(static letter => letter == '\n') - 1;
        (int exitCode, string rest, _) = await CliProcess.RunAsync(["run", "--resume", .. arguments[1..]]);

        Assert.Equal((0, 500 - done), (exitCode, rest.Count(static letter => letter == '\n')));
        Assert.Equal(500, File.ReadLines(journal).Skip(1).Select(static line => line.Split('\t')[8]).Distinct().Count());
    }

    [Fact]
    public async Task MoreAndFewer_WhileRunning_ChangeHowManyRun()
    {
        using CliProcess process = CliProcess.Start("run", "-q", "-j", "1", "--shell", _folder.UpThenGo, ":::", "1", "2", "3", "4");
        await UpAsync(process, 1);
        process.Signal(More);
        Assert.Equal("overlap: 2 commands at a time from now on", await process.ReadErrorLineAsync());
        await UpAsync(process, 2);
        process.Signal(Fewer);
        Assert.Equal("overlap: 1 command at a time from now on", await process.ReadErrorLineAsync());

        // The third starts when both have ended, and the fourth after it.
        _folder.Go.Say(times: 2);
        await UpAsync(process, 3);
        Assert.Single(process.Children());
        _folder.Go.Say();
        await UpAsync(process, 4);
        _folder.Go.Say();

        Assert.Equal(0, (await process.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task More_WhileTheNumberIsFoundMeanwhile_FixesIt()
    {
        using CliProcess process = CliProcess.Start("run", "-j", "auto", "--shell", _folder.UpThenGo, ":::", "1", "2", "3", "4");
        await UpAsync(process, 1, 2);
        process.Signal(More);
        Assert.Equal("overlap: 3 commands at a time from now on, no longer auto", await process.ReadErrorLineAsync());
        await UpAsync(process, 3);
        Assert.Equal(3, process.Children().Length);
        _folder.Go.Say(times: 4);
        (int exitCode, _, string error) = await process.EndAsync();

        Assert.Equal(0, exitCode);
        Assert.Contains("async, 3 workers ·", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OutputClosed_WhileRunning_EndsQuietlyAndLeavesNothingBehind()
    {
        // A thousand commands wait for the first one: each looks for its file, since a word in a pipe is there for one of them only.
        string id = _folder.PathOf("id");
        using CliProcess process = CliProcess.StartInShell(
            $"{{ \"$0\" run -q -j 2 --shell 'test {{}} != 0 || {{ echo $$ > {id}; exec sleep 1000; }}; until test -s {id}; do sleep 0.01; done; echo {{}}' ::: 0 $(seq 1 1000); echo $? >&2; }} | head -1");
        (int exitCode, string output, string error) = await process.EndAsync();

        // Mostly the first item's; the second may be quicker to be written where a processor is long in coming.
        Assert.Equal((0, "141\n"), (exitCode, error));
        Assert.InRange(int.Parse(Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries))), 1, 1000);
        Assert.False(ProcessState.IsAlive(File.ReadAllText(id).Trim()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("--line-buffer")]
    [InlineData("--tag")]
    public async Task OutputFull_WhileRunning_OneLineAndEnvironmentCode(string option)
    {
        using CliProcess process = CliProcess.StartInShell($"exec \"$0\" run -q {option} echo ::: $(seq 20) > /dev/full");
        (int exitCode, _, string error) = await process.EndAsync();

        Assert.Equal((5, "overlap: cannot write to standard output: No space left on device\n"), (exitCode, error));
    }

    [Fact]
    public async Task TemporaryFolderCannotBeUsed_OutputTooLargeForMemory_OneLineAndEnvironmentCode()
    {
        using CliProcess process = CliProcess.StartInShell("TMPDIR=/nonexistent exec \"$0\" run -q -- head -c 5000000 ::: /dev/zero > /dev/null");
        (int exitCode, _, string error) = await process.EndAsync();

        Assert.Equal(5, exitCode);
        Assert.StartsWith("overlap: cannot keep the output of a command in /nonexistent", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<&-", 0)]
    [InlineData("2>&-", 0)]
    [InlineData("<&- 2>&-", 0)]
    public async Task StreamsClosed_RunGoesOn(string redirection, int expected)
    {
        using CliProcess process = CliProcess.StartInShell($"\"$0\" run -k -- sh -c 'echo \"$1\"; echo \"$1\" >&2' sh ::: a b {redirection}; echo $?");
        (_, string output, _) = await process.EndAsync();

        Assert.Equal($"a\nb\n{expected}\n", output);
    }

    [Fact]
    public async Task NoDescriptorsForThatMany_FewerRunAndNothingFails()
    {
        using CliProcess process = CliProcess.StartInShell("ulimit -n 220; exec \"$0\" run -q -j 200 --json --shell 'sleep 0.2 #' ::: $(seq 300)");
        (int exitCode, string output, string error) = await process.EndAsync();

        Assert.Equal((0, 300), (exitCode, JsonDocument.Parse(output).RootElement.GetProperty("succeeded").GetInt32()));
        Assert.Equal("overlap: 40 commands at a time, not 200: ulimit -n allows no more descriptors\n", error);
    }

    [Fact]
    public async Task Items_ThatAreNoText_ReachTheCommandByteForByte()
    {
        using CliProcess process = CliProcess.StartInShell(
            "bad=$(printf 'a\\377b'); \"$0\" run -q -k -- printf '%s' {} ::: \"$bad\" ok | od -An -tx1; printf '\\377\\n' | \"$0\" run -q -- printf '%s' | od -An -tx1");
        (_, string output, _) = await process.EndAsync();

        Assert.Equal(" 61 ff 62 6f 6b\n ff\n", output);
    }

    [Fact]
    public async Task Nested_OuterIsInterruptedTwice_InnerLeavesNothingBehind()
    {
        using CliProcess process = CliProcess.Start(
            "run", "-q", "--shell", $"echo x | {CliProcess.Path} run -q --shell 'echo $$ > {_folder.Up.Path}; exec sleep 1000 #' #", ":::", "x");
        string id = await _folder.Up.HearAsync(process);
        process.Signal(CliProcess.Interrupt);
        await process.ReadErrorLineAsync();
        process.Signal(CliProcess.Interrupt);
        await process.EndAsync();

        Assert.False(ProcessState.IsAlive(id));
    }

    private CliProcess StartEndless(string prelude) => CliProcess.Start(
        "run", "-q", "--shell", $"{prelude} sleep 1000 & a=$!; setsid sleep 1000 & echo $$ $a $! > {_folder.Up.Path}; while :; do sleep 0.05; done #", ":::", "x");

    private async Task<string[]> IdsAsync(CliProcess process) => (await _folder.Up.HearAsync(process)).Split(' ');

    /// <summary>Waits until these items' commands run, in whatever order they come; no other may.</summary>
    private async Task UpAsync(CliProcess process, params int[] items)
    {
        List<string> up = [];
        while (up.Count < items.Length)
        {
            up.Add(await _folder.Up.HearAsync(process));
        }

        Assert.Equal(items.Select(static item => $"{item}"), up.Order());
    }
}
