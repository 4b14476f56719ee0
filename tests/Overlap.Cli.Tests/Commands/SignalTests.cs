using System.Text.Json;

namespace Overlap.Cli.Tests.Commands;

/// <summary>What the program does when it is told to stop, or nobody listens any more.</summary>
public sealed class SignalTests : IDisposable
{
    // More lines than a pipe holds: the program cannot end before this test has read on, however slow the test is to send its signal.
    private const int ManyItems = 3_000;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("inline")]
    [InlineData("threads")]
    [InlineData("async")]
    [InlineData("processes")]
    public async Task Interrupt_ThenResume_DoesExactlyTheRest(string model)
    {
        string journal = _folder.PathOf("log.tsv");
        string[] arguments = ["pages", "--model", model, "--workers", "4", "--count", $"{ManyItems}", "--delay", "1ms", "--jsonl", "--joblog", journal];
        List<string> items = [];
        using (CliProcess first = CliProcess.Start(arguments))
        {
            items.Add(ItemOf((await first.ReadLineAsync())!));
            first.Signal(CliProcess.Interrupt);
            (int exitCode, string output, string error) = await first.EndAsync();
            items.AddRange(ItemsOf(output));

            Assert.Equal(130, exitCode);
            Assert.Contains($"overlap: to do the rest: overlap {string.Join(' ', arguments)} --resume", error, StringComparison.Ordinal);
        }

        Assert.InRange(items.Count, 1, ManyItems - 1);
        (int resumedCode, string rest, _) = await CliProcess.RunAsync([.. arguments, "--resume"]);
        items.AddRange(ItemsOf(rest));

        Assert.Equal(0, resumedCode);
        Assert.Equal(Enumerable.Range(0, ManyItems).Select(static page => $"/{page}").Order(), items.Order());
        Assert.Equal(ManyItems + 1, File.ReadAllLines(journal).Length);
    }

    [Fact]
    public async Task Kill_ThenResume_JournalledItemsAreNotDoneAgain()
    {
        string journal = _folder.PathOf("log.jsonl");
        string[] arguments = ["pages", "--workers", "4", "--count", $"{ManyItems}", "--delay", "1ms", "--jsonl", "--joblog", journal];
        using (CliProcess first = CliProcess.Start(arguments))
        {
            await first.ReadLineAsync();
            first.Signal(CliProcess.Kill);
            await first.EndAsync();
        }

        int done = File.ReadAllText(journal).Count(static letter => letter == '\n');
        (int exitCode, string rest, _) = await CliProcess.RunAsync([.. arguments, "--resume"]);

        Assert.Equal(0, exitCode);
        Assert.Equal(ManyItems - done, ItemsOf(rest).Count());
    }

    [Fact]
    public async Task Terminate_WhileRunning_ExitCodeTells()
    {
        using CliProcess process = CliProcess.Start("pages", "--model", "inline", "--count", $"{ManyItems}", "--delay", "1ms", "--jsonl");
        await process.ReadLineAsync();
        process.Signal(CliProcess.Terminate);

        Assert.Equal(143, (await process.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task Interrupt_WithJson_PrintsAPartialReport()
    {
        using CliProcess process = CliProcess.Start("pages", "--model", "inline", "--delay", "5ms", "--count", "100000", "--json", "--joblog", "/dev/stderr");
        Assert.StartsWith("Seq", await process.ReadErrorLineAsync(), StringComparison.Ordinal);
        await process.ReadErrorLineAsync();
        process.Signal(CliProcess.Interrupt);
        (_, string output, _) = await process.EndAsync();

        Assert.True(JsonDocument.Parse(output).RootElement.GetProperty("partial").GetBoolean());
    }

    [Fact]
    public async Task Interrupt_Twice_EndsAtOnce()
    {
        // The journal begins after the handlers are up: its first line tells.
        using CliProcess process = CliProcess.Start("pages", "--count", "1", "--delay", "1h", "--model", "inline", "--joblog", "/dev/stderr");
        await process.ReadErrorLineAsync();
        process.Signal(CliProcess.Interrupt);
        Assert.StartsWith("overlap: stopping", await process.ReadErrorLineAsync(), StringComparison.Ordinal);
        process.Signal(CliProcess.Interrupt);

        Assert.Equal(130, (await process.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task OutputClosed_WhileRunning_EndsQuietlyWithEverythingJournalled()
    {
        string journal = _folder.PathOf("log.tsv");
        using CliProcess process = CliProcess.StartInShell(
            $"{{ \"$0\" pages --count 1000000 --delay 0 --jsonl -q --joblog {journal}; echo $? >&2; }} | head -1");
        (int exitCode, string output, string error) = await process.EndAsync();

        Assert.Equal((0, "141\n"), (exitCode, error));
        string first = ItemOf(output);
        Assert.Contains(File.ReadLines(journal), line => line.Contains($" {first} #", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--json")]
    [InlineData("--jsonl")]
    [InlineData("--csv")]
    public async Task OutputFull_WhileRunning_OneLineAndEnvironmentCode(string format)
    {
        using CliProcess process = CliProcess.StartInShell($"exec \"$0\" pages --count 20 --delay 0 -q {format} > /dev/full");
        (int exitCode, _, string error) = await process.EndAsync();

        Assert.Equal((5, "overlap: cannot write to standard output: No space left on device\n"), (exitCode, error));
    }

    [Fact]
    public async Task JournalFull_WhileRunning_OneLineAndEnvironmentCode()
    {
        (int exitCode, string output, string error) = await CliProcess.RunAsync("pages", "--count", "20", "--delay", "0", "-q", "--joblog", "/dev/full");

        Assert.Equal((5, "", "overlap: cannot write the journal /dev/full: No space left on device\n"), (exitCode, output, error));
    }

    [Fact]
    public async Task Deadline_Passed_ExitCodeTells()
    {
        (int exitCode, _, string error) = await CliProcess.RunAsync("pages", "--count", "5", "--delay", "1h", "--deadline", "50ms");

        Assert.Equal(124, exitCode);
        Assert.Contains("overlap: the deadline has passed after 0 items", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StandardErrorClosed_WhileRunning_RunGoesOn()
    {
        using CliProcess process = CliProcess.StartInShell("exec \"$0\" fib --n 5 --times 3 --json 2>&-");
        (int exitCode, string output, _) = await process.EndAsync();

        Assert.Equal(0, exitCode);
        Assert.Equal(3, JsonDocument.Parse(output).RootElement.GetProperty("succeeded").GetInt32());
    }

    private static IEnumerable<string> ItemsOf(string lines) => lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(ItemOf);

    private static string ItemOf(string line) => JsonDocument.Parse(line).RootElement.GetProperty("item").GetString()!;
}
