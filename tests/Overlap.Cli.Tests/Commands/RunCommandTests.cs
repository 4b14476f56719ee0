using System.Text;
using Overlap.Cli.Commands;
using Overlap.Cli.Rendering;
using static Overlap.Cli.Tests.Commands.RunInProcess;

namespace Overlap.Cli.Tests.Commands;

/// <summary>Which commands a run starts: its words, its items, and what does not fit.</summary>
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
    public async Task Run_CommandReadsItsInput_FindsTheEndAndTakesNoItems() =>
        Assert.Equal((0, "0\n0\n", ""), await RunWithAsync("a\nb\n", "-q", "--shell", "wc -c #"));

    [Fact]
    public async Task Run_DryRun_PrintsTheCommandsAndDoesNothing() => Assert.Equal(
        (0, $"touch '{_folder.PathOf("x y")}'\ntouch {_folder.PathOf("z")}\n", ""),
        await RunAsync("--dry-run", "touch", "{}", ":::", _folder.PathOf("x y"), _folder.PathOf("z")));

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
    [InlineData("a backslash stands before a placeholder", "--shell", "echo \\{}", ":::", "a")]
    [InlineData("run has no option --nosuch", "--nosuch", "echo", ":::", "a")]
    [InlineData("run has no option --nosuch=1", "--nosuch=1", "echo", ":::", "a")]
    [InlineData("run has no option -x", "-x", "echo", ":::", "a")]
    [InlineData("run has no option -P4: how many at a time is -j N", "-P4", "echo", ":::", "a")]
    [InlineData("run has no option --colsep=,: columns are --columns SEP", "--colsep=,", "echo", ":::", "a")]
    [InlineData(":::: is not known here: a file of items is -i FILE", "echo", "::::", "list")]
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
    public async Task Run_Compare_InlineAndAsync()
    {
        (int exitCode, string output, _) = await InProcess.RunAsync("compare", "run", "--json", "--models", "inline,async", "--shell", "sleep 0.05 #", ":::", "a");

        Assert.Equal(0, exitCode);
        Assert.Contains("\"inline\"", output, StringComparison.Ordinal);
    }
}
