using static Overlap.Cli.Tests.Commands.RunInProcess;

namespace Overlap.Cli.Tests.Commands;

/// <summary>What a run writes down of itself, and what the next one makes of it.</summary>
public sealed class RunJournalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

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
}
