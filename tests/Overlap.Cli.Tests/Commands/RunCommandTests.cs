using System.Text;
using System.Text.Json;
using Overlap.Cli.Commands;
using Overlap.Cli.Rendering;
using Overlap.Timelines;
using Overlap.Timelines.Drawing;

namespace Overlap.Cli.Tests.Commands;

public sealed class RunCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_Items_OneCommandEach() =>
        Assert.Equal((0, "a\nb\nc\n", ""), await RunAsync("-q", "-k", "--", "echo", "{}", ":::", "a", "b", "c"));

    [Fact]
    public async Task Run_NoDashes_TheCommandBeginsAtTheFirstWord() =>
        Assert.Equal((0, "-n x\n", ""), await RunAsync("-q", "printf", "%s %s\\n", "-n", ":::", "x"));

    [Fact]
    public async Task Run_Input_OneItemPerLine() =>
        Assert.Equal((0, "1 a b\n2 c\n", ""), await RunWithAsync("a b\n\nc", "-q", "-k", "echo", "{#}", "{}"));

    [Fact]
    public async Task Run_EmptyInput_NothingToDo() => Assert.Equal((0, "", ""), await RunWithAsync("", "-q", "false"));

    [Fact]
    public async Task Run_File_IsRead()
    {
        File.WriteAllText(_folder.PathOf("list"), "x\ny\n");

        Assert.Equal((0, "x\ny\n", ""), await RunAsync("-q", "-k", "-i", _folder.PathOf("list"), "echo"));
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("line\nend")]
    [InlineData("tab\tand \"quotes\" 'both'")]
    [InlineData("$(touch pwned) `touch pwned` ; touch pwned #")]
    [InlineData("-rf")]
    [InlineData("--help")]
    [InlineData("")]
    [InlineData("\\")]
    [InlineData("*")]
    [InlineData("{#}")]
    public async Task Run_HostileItem_ReachesTheCommandAsItIs(string item)
    {
        Assert.Equal((0, $"[{item}]", ""), await RunAsync("-q", "--", "printf", "[%s]", "{}", ":::", item));
        Assert.Equal((0, $"[{item}]", ""), await RunWithAsync($"{item}\0", "-q", "-0", "--", "printf", "[%s]", "{}"));
    }

    [Theory]
    [InlineData("printf '[%s]' {}")]
    [InlineData("printf '[%s]' \"{}\"")]
    [InlineData("x={}; printf '[%s]' \"$x\"")]
    [InlineData("printf '[%s]'")]
    public async Task Run_HostileItemThroughAShell_ReachesTheCommandAsItIs(string command)
    {
        const string Item = "a'b\"c $(echo pwned) `echo pwned` ; echo pwned";

        Assert.Equal((0, $"[{Item}]", ""), await RunAsync("-q", "--shell", command, ":::", Item));
    }

    [Fact]
    public async Task Run_ShellWithoutCommand_ItemsAreCommands() =>
        Assert.Equal((0, "1\n5\n", ""), await RunWithAsync("echo 1\nexpr 2 + 3 | cat\n", "-q", "-k", "--shell"));

    [Fact]
    public async Task Run_CsvWithHeader_ColumnsByName() => Assert.Equal(
        (0, "x,1 -> a b\ny -> c\n", ""),
        await RunWithAsync("url,name\na b,\"x,1\"\nc,y\n", "-q", "-k", "--columns", "csv", "--header", "echo", "{name}", "->", "{url}"));

    [Fact]
    public async Task Run_TwoLists_EveryCombination() =>
        Assert.Equal((0, "1-a\n1-b\n2-a\n2-b\n", ""), await RunAsync("-q", "-k", "echo", "{1}-{2}", ":::", "1", "2", ":::", "a", "b"));

    [Fact]
    public async Task Run_CommandsWriteAtTheSameTime_OutputOfEachStaysTogether()
    {
        (int exitCode, string output, _) = await RunAsync(
            "-q", "-j", "8", "--shell", "for i in 1 2 3 4 5 6 7 8 9; do printf {}; printf {}' '; done; echo", ":::", "a", "b", "c", "d", "e", "f", "g", "h");

        Assert.Equal(0, exitCode);
        Assert.Equal(
            "abcdefgh".Select(static letter => string.Concat(Enumerable.Repeat($"{letter}{letter} ", 9))),
            output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order());
    }

    [Fact]
    public async Task Run_KeepOrder_FirstItemEndsLast_ItsOutputIsFirst()
    {
        string ended = _folder.PathOf("ended");

        (_, string output, _) = await RunAsync(
            "-q", "-k", "-j", "2", "--shell", $"test {{}} = 2 && echo two && : > {ended}; until test -e {ended}; do sleep 0.01; done; test {{}} = 2 || echo one", ":::", "1", "2");

        Assert.Equal("one\ntwo\n", output);
    }

    [Fact]
    public async Task Run_Tag_BeforeEachLineOfBothOutputs()
    {
        (_, string output, string error) = await RunAsync("-q", "--tag", "--shell", "echo 1; echo 2; echo 3 >&2; printf 4", ":::", "a b");

        Assert.Equal(("a b\t1\na b\t2\na b\t4\n", "a b\t3\n"), (output, error));
    }

    [Fact]
    public async Task Run_LineBuffer_LinesAreWholeAndTagged()
    {
        (_, string output, _) = await RunAsync(
            "-q", "--line-buffer", "--tag", "-j", "4", "--shell", "for i in 1 2 3; do printf x; echo y; done; printf z", ":::", "a", "b", "c", "d");

        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(16, lines.Length);
        Assert.All("abcd", letter => Assert.Equal(
            [$"{letter}\txy", $"{letter}\txy", $"{letter}\txy", $"{letter}\tz"], lines.Where(line => line[0] == letter)));
    }

    [Fact]
    public async Task Run_BinaryOutput_IsKeptByteForByte()
    {
        byte[] bytes = new byte[300_000];
        new Random(1).NextBytes(bytes);
        File.WriteAllBytes(_folder.PathOf("in"), bytes);
        using MemoryStream output = new();
        using MemoryStream error = new();

        int exitCode = await CommandLine.RunAsync(["run", "-q", "cat", ":::", _folder.PathOf("in")], new Terminal(output, error, Stream.Null));

        Assert.Equal(0, exitCode);
        Assert.True(output.ToArray().AsSpan().SequenceEqual(bytes));
    }

    [Fact]
    public async Task Run_OutputsLargerThanMemoryForThem_ArriveWhole()
    {
        (int exitCode, string output, _) = await RunAsync("-q", "-j", "3", "--", "sh", "-c", "head -c 20000000 /dev/zero | tr '\\0' x", "sh", ":::", "1", "2", "3");

        Assert.Equal((0, 60_000_000), (exitCode, output.Length));
    }

    [Fact]
    public async Task Run_CommandReadsItsInput_FindsTheEndAndTakesNoItems() =>
        Assert.Equal((0, "0\n0\n", ""), await RunWithAsync("a\nb\n", "-q", "--shell", "wc -c #"));

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

    [Fact]
    public async Task Run_Timeout_EndsTheCommandAndWhatItStarted()
    {
        string ids = _folder.PathOf("ids");

        (int exitCode, _, string error) = await RunAsync(
            "-q", "--timeout", "200ms", "--shell", $"sleep 1000 & echo $! > {ids}; setsid sleep 1000 & sleep 0.05; echo $! >> {ids}; wait #", ":::", "a");

        Assert.Equal((1, "a: took longer than 0.2 s (--timeout)\n"), (exitCode, error));
        Assert.All(File.ReadAllLines(ids), static id => Assert.False(IsAlive(id)));
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

        (int exitCode, _, string error) = await RunAsync(
            "-q", "-j", "2", "--halt", "now,fail=1", "--shell", $"test {{}} = 1 && {{ echo $$ > {id}; exec sleep 1000; }}; until test -s {id}; do sleep 0.01; done; exit 9", ":::", "1", "2", "3");

        Assert.Equal(4, exitCode);
        Assert.Contains("2: exit code 9\n", error, StringComparison.Ordinal);
        Assert.False(IsAlive(File.ReadAllText(id).Trim()));
    }

    [Fact]
    public async Task Run_HaltOnSuccess_StartsNoMore()
    {
        (int exitCode, string output, _) = await RunAsync("-q", "-j", "1", "--halt", "soon,success=2", "echo", ":::", "1", "2", "3", "4", "5", "6", "7");

        Assert.Equal(4, exitCode);
        Assert.StartsWith("1\n2\n", output, StringComparison.Ordinal);
        Assert.DoesNotContain("7", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_JobLog_HasCommandExitCodeAndSignal()
    {
        string log = _folder.PathOf("log");

        await RunAsync("-q", "-k", "--joblog", log, "--shell", "echo hi; test {} -lt 9 && exit {}; kill -{} $$", ":::", "0", "3", "15");

        string[][] lines = [.. File.ReadAllLines(log).Skip(1).Select(static line => line.Split('\t'))];
        Assert.Equal(
            [("1", "3", "0", "0"), ("2", "3", "3", "0"), ("3", "3", "0", "15")], lines.Select(static line => (line[0], line[5], line[6], line[7])));
        Assert.StartsWith("echo hi; test 0 -lt 9 && exit 0; kill -0 $$ #", lines[0][8], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Resume_EditedList_DoesOnlyWhatIsNew()
    {
        string log = _folder.PathOf("log");
        await RunAsync("-q", "--joblog", log, "echo", ":::", "a", "b", "c");

        (int exitCode, string output, _) = await RunAsync("-q", "-k", "--joblog", log, "--resume", "echo", ":::", "new", "c", "a", "other");

        Assert.Equal((0, "new\nother\n"), (exitCode, output));
    }

    [Fact]
    public async Task Run_Resume_OtherCommand_DoesAll()
    {
        string log = _folder.PathOf("log");
        await RunAsync("-q", "--joblog", log, "echo", ":::", "a");

        Assert.Equal("-a\n", (await RunAsync("-q", "--joblog", log, "--resume", "echo", "-{}", ":::", "a")).Output);
    }

    [Theory]
    [InlineData("log.tsv")]
    [InlineData("log.jsonl")]
    public async Task Run_Resume_ItemThatStandsTwice_IsDoneTwice(string name)
    {
        string log = _folder.PathOf(name);
        await RunAsync("-q", "--joblog", log, "echo", ":::", "a");

        Assert.Equal("a\n", (await RunAsync("-q", "--joblog", log, "--resume", "echo", ":::", "a", "a")).Output);
        Assert.Equal("", (await RunAsync("-q", "--joblog", log, "--resume", "echo", ":::", "a", "a")).Output);
    }

    [Theory]
    [InlineData("log.tsv")]
    [InlineData("log.jsonl")]
    public async Task Run_RetryFailed_DoesOnlyWhatFailedAndIsNotDoneSince(string name)
    {
        string log = _folder.PathOf(name);
        string[] command = ["-q", "-k", "--joblog", log, "--shell", $"echo {{}}; test -e {_folder.PathOf("well")} || test {{}} = a #"];
        await RunAsync([.. command, ":::", "a", "b", "c"]);
        File.WriteAllText(_folder.PathOf("well"), "");

        string[] again = ["--retry-failed", .. command, ":::", "new", "c", "b", "a"];
        Assert.Equal((0, "c\nb\n", ""), await RunAsync(again));
        Assert.Equal((0, "", ""), await RunAsync(again));
    }

    [Fact]
    public async Task Run_DryRun_PrintsTheCommandsAndDoesNothing() => Assert.Equal(
        (0, $"touch '{_folder.PathOf("x y")}'\ntouch {_folder.PathOf("z")}\n", ""),
        await RunAsync("--dry-run", "touch", "{}", ":::", _folder.PathOf("x y"), _folder.PathOf("z")));

    [Theory]
    [InlineData("--json")]
    [InlineData("--jsonl")]
    [InlineData("--csv")]
    public async Task Run_DataIsAskedFor_WhatCommandsPrintGoesToStandardError(string format)
    {
        (int exitCode, string output, string error) = await RunAsync("-q", format, "echo", ":::", "printed");

        Assert.Equal((0, "printed\n"), (exitCode, error));
        Assert.DoesNotContain("printed\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Csv_HasExitAndSignal()
    {
        (_, string output, _) = await RunAsync("-q", "-k", "--csv", "--shell", "test {} != k || kill -9 $$; exit {}", ":::", "0", "2", "k");

        string[] lines = output.Split('\n');
        Assert.Equal("item,status,seconds,attempts,error,message,exit,signal", lines[0]);
        Assert.EndsWith(",1,,,0,", lines[1], StringComparison.Ordinal);
        Assert.EndsWith(",1,exit,exit code 2,2,", lines[2], StringComparison.Ordinal);
        Assert.EndsWith(",1,signal,ended by SIGKILL (exit code 137),137,9", lines[3], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no command: overlap run", ":::", "a")]
    [InlineData("--header names columns: give --columns too", "--header", "echo")]
    [InlineData("items after ::: and from --input: give one of them", "-i", "list", "echo", ":::", "a")]
    [InlineData("--model: 'threads' is not a model: inline or async", "--model", "threads", "echo", ":::", "a")]
    [InlineData("--timeout: '50%' is not a duration", "--timeout", "50%", "echo", ":::", "a")]
    [InlineData("--columns: 'ab' is not one character", "--columns", "ab", "echo")]
    [InlineData("--load: '0' is not a number of running threads", "--load", "0", "echo", ":::", "a")]
    [InlineData("--ungroup goes with neither", "-u", "--tag", "echo", ":::", "a")]
    [InlineData("--ungroup lets commands write to standard output", "-u", "--json", "echo", ":::", "a")]
    [InlineData("--resume and --retry-failed: give one of them", "--resume", "--retry-failed", "--joblog", "x", "echo", ":::", "a")]
    [InlineData("--retry-failed needs the journal", "--retry-failed", "echo", ":::", "a")]
    [InlineData("run has no option --nosuch", "--nosuch", "echo", ":::", "a")]
    [InlineData("run has no option --nosuch=1", "--nosuch=1", "echo", ":::", "a")]
    [InlineData("run has no option -x", "-x", "echo", ":::", "a")]
    public async Task Run_WordsThatDoNotFit_OneLineAndUsageCode(string message, params string[] arguments)
    {
        (int exitCode, string output, string error) = await RunAsync(arguments);

        Assert.Equal((2, ""), (exitCode, output));
        Assert.StartsWith($"overlap: {message}", error, StringComparison.Ordinal);
        Assert.Equal(1, error.Count(static letter => letter == '\n'));
    }

    [Fact]
    public async Task Run_TerminalAndNoItems_OneLineAndUsageCode()
    {
        using MemoryStream output = new();
        using MemoryStream error = new();

        int exitCode = await CommandLine.RunAsync(["run", "echo"], new Terminal(output, error, Stream.Null) { InputIsTerminal = true });

        Assert.Equal(
            (2, "overlap: no items: give them after :::, a list with -i FILE, or pipe them in\n"), (exitCode, Encoding.UTF8.GetString(error.ToArray())));
    }

    [Fact]
    public async Task Run_Timeline_CommandsAreWorkWhereTheyComputeAndWaitingWhereNot()
    {
        string path = _folder.PathOf("t.json");

        await RunAsync("-q", "-j", "2", "--timeline", path, "--shell", "test {} = waits && sleep 0.4 || { i=0; while test $i -lt 100000; do i=$((i+1)); done; }", ":::", "waits", "works");

        Timeline timeline = Assert.Single(TimelineFile.Read(path));
        Dictionary<string, Span> spans = timeline.Lanes.SelectMany(static lane => lane.Spans).ToDictionary(static span => span.Label!);
        Assert.True(spans["waits"].Working < 0.5 * spans["waits"].Duration, $"{spans["waits"]}");
        Assert.True(spans["works"].Working > spans["waits"].Working, $"{spans["works"]}");
    }

    [Fact]
    public async Task Run_DaemonHoldsTheOutput_ItemEndsWithItsCommand()
    {
        string id = _folder.PathOf("id");

        (int exitCode, string output, _) = await RunAsync("-q", "--shell", $"sleep 1000 & echo $! > {id}; echo done #", ":::", "a");

        Assert.Equal((0, "done\n"), (exitCode, output));
        string daemon = File.ReadAllText(id).Trim();
        Assert.True(IsAlive(daemon));
        CliProcess.Signal(int.Parse(daemon, System.Globalization.CultureInfo.InvariantCulture), CliProcess.Kill);
    }

    [Fact]
    public async Task Run_Compare_InlineAndAsync()
    {
        (int exitCode, string output, _) = await InProcess.RunAsync("compare", "run", "--json", "--models", "inline,async", "--shell", "sleep 0.05 #", ":::", "a");

        Assert.Equal(0, exitCode);
        Assert.Contains("\"inline\"", output, StringComparison.Ordinal);
    }

    private static bool IsAlive(string processId)
    {
        string path = $"/proc/{processId}/stat";
        try
        {
            // One that nobody reaped has ended all the same.
            return File.ReadAllText(path).Split(") ")[1][0] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments) => InProcess.RunAsync(["run", .. arguments]);

    private static async Task<(int ExitCode, string Output, string Error)> RunWithAsync(string input, params string[] arguments)
    {
        using MemoryStream output = new();
        using MemoryStream error = new();
        using MemoryStream items = new(Encoding.UTF8.GetBytes(input));
        int exitCode = await CommandLine.RunAsync(["run", .. arguments], new Terminal(output, error, items));
        return (exitCode, Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(error.ToArray()));
    }
}
