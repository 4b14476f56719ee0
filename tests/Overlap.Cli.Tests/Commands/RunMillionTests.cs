using System.Text;

namespace Overlap.Cli.Tests.Commands;

/// <summary>A million items: they take no more memory than docs/cli/run.md says, whatever becomes of them.</summary>
public sealed class RunMillionTests : IDisposable
{
    private const int Million = 1_000_000;
    private const long MostMemory = 100_000_000;
    private const long MostMemoryOfAJournal = 20 * Million;

    // Items and output of one line are short, so that a line is an item.
    private const int ItemsAtOnce = 10_000;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task DryRun_AMillionItems_MemoryStaysFlat() => Assert.Equal((0, Million), await RunAsync(Million, "--dry-run", "--", "echo", "{}"));

    // Each goes all the way to where a process would be made.
    [Fact]
    public async Task Run_AMillionItemsThatCannotBeStarted_MemoryStaysFlat() =>
        Assert.Equal((1, Million), await RunAsync(Million, "-q", "--columns", "tsv", "--", "echo", "{2}"));

    [Fact]
    public async Task Resume_AMillionItemsAreDone_MemoryStaysFlat()
    {
        string journal = _folder.PathOf("log");
        string[] arguments = ["-q", "--joblog", journal, "--columns", "tsv", "--", "echo", "{2}"];
        await RunAsync(1, arguments);
        string[] one = File.ReadAllLines(journal);
        one[1] = one[1].Replace("\t126\t", "\t0\t", StringComparison.Ordinal);
        int mark = one[1].LastIndexOf('#') + 1;
        Assert.Equal(mark + 32, one[1].Length);
        File.WriteAllLines(journal, Enumerable.Range(0, Million).Select(number => $"{one[1][..mark]}{number:x32}").Prepend(one[0]));

        Assert.Equal((1, 50_000), await RunAsync(50_000, MostMemory + MostMemoryOfAJournal, ["--resume", .. arguments]));
    }

    // A million where OVERLAP_CAMPAIGN=1 is set: a quarter of an hour.
    [Fact]
    public async Task Run_CommandsByTheThousand_MemoryStaysFlat()
    {
        int count = Environment.GetEnvironmentVariable("OVERLAP_CAMPAIGN") == "1" ? Million : 500;

        Assert.Equal((0, count), await RunAsync(count, "-q", "--", "echo"));
    }

    private static Task<(int ExitCode, int Lines)> RunAsync(int count, params string[] arguments) => RunAsync(count, MostMemory, arguments);

    /// <summary>Runs over numbers that come through a pipe, and looks at the memory when all are done and the program waits for more of them.</summary>
    /// <returns>The exit code, and the lines that were printed.</returns>
    private static async Task<(int ExitCode, int Lines)> RunAsync(int count, long mostMemory, string[] arguments)
    {
        using CliProcess process = CliProcess.StartReading(TimeSpan.FromHours(1), ["run", .. arguments]);
        LineCount lines = new(count);
        Task reading = Task.WhenAll(lines.ReadAsync(process.Output), lines.ReadAsync(process.Error));
        StringBuilder items = new();
        for (int first = 0; first < count; first += ItemsAtOnce)
        {
            items.Clear();
            for (int item = first; item < Math.Min(count, first + ItemsAtOnce); item++)
            {
                items.Append(item).Append('\n');
            }

            await process.Input.WriteAsync(items, TestContext.Current.CancellationToken);
        }

        // What has been written may still lie in the pipe, and the program not even have begun.
        await process.Input.FlushAsync(TestContext.Current.CancellationToken);
        await Task.WhenAny(lines.AllCame, reading);
        Assert.InRange(process.ReadMostMemory(), 1, mostMemory);
        process.Input.Close();
        await reading;
        return ((await process.EndAsync()).ExitCode, lines.Count);
    }

    /// <summary>Counts the lines of several streams together.</summary>
    private sealed class LineCount(int expected)
    {
        private readonly TaskCompletionSource _allCame = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public Task AllCame => _allCame.Task;

        public async Task ReadAsync(StreamReader text)
        {
            char[] piece = new char[64 << 10];
            int length;
            while ((length = await text.ReadAsync(piece, TestContext.Current.CancellationToken)) > 0)
            {
                if (Interlocked.Add(ref _count, piece.AsSpan(0, length).Count('\n')) >= expected)
                {
                    _allCame.TrySetResult();
                }
            }
        }
    }
}
