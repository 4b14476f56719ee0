using Overlap.Cli.Jobs;
using Overlap.Cli.Journals;

namespace Overlap.Cli.Tests.Journals;

public sealed class JournalTests : IDisposable
{
    private static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void OnEnded_Columns_WritesWhatGnuParallelWrites()
    {
        string path = _folder.PathOf("log.tsv");
        using (Journal journal = Open(path))
        {
            journal.OnEnded(EndOf(7, "http://host/a b", host: "host"));
        }

        Assert.Equal(
            $"Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\n7\thost\t1700000000.123\t1.500\t0\t276\t0\t0\tfetch http://host/a b #{KeyOf("http://host/a b")}\n",
            File.ReadAllText(path));
    }

    [Theory]
    [InlineData("log.tsv")]
    [InlineData("log.jsonl")]
    public void Contains_ItemDoneInEarlierRun_True(string name)
    {
        string path = _folder.PathOf(name);
        Write(path, EndOf(1, "a"), EndOf(2, "b"));

        using Journal journal = Open(path, resume: true);

        Assert.True(journal.Contains("fetch", "b"));
    }

    [Theory]
    [InlineData("log.tsv")]
    [InlineData("log.jsonl")]
    public void Contains_ItemFailedInEarlierRun_False(string name)
    {
        string path = _folder.PathOf(name);
        Write(path, EndOf(1, "a", status: ItemStatus.Failed));

        using Journal journal = Open(path, resume: true);

        Assert.False(journal.Contains("fetch", "a"));
    }

    [Fact]
    public void Contains_OtherTemplate_False()
    {
        string path = _folder.PathOf("log.tsv");
        Write(path, EndOf(1, "a"));

        using Journal journal = Open(path, resume: true);

        Assert.False(journal.Contains("fetch --out elsewhere", "a"));
    }

    [Theory]
    [InlineData("log.tsv")]
    [InlineData("log.jsonl")]
    public void Open_TornAtEveryByte_KeepsWholeLinesAndCutsTheRest(string name)
    {
        string path = _folder.PathOf(name);
        Write(path, EndOf(1, "a"), EndOf(2, "bb"));
        byte[] whole = File.ReadAllBytes(path);
        int lastLine = Array.LastIndexOf(whole, (byte)'\n', whole.Length - 2) + 1;
        for (int length = lastLine; length < whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            using (Journal journal = Open(path, resume: true))
            {
                Assert.True(journal.Contains("fetch", "a"));
                Assert.False(journal.Contains("fetch", "bb"));
                journal.OnEnded(EndOf(2, "bb"));
            }

            Assert.Equal(whole, File.ReadAllBytes(path));
        }
    }

    [Fact]
    public void Open_WithoutResume_BeginsAnew()
    {
        string path = _folder.PathOf("log.tsv");
        Write(path, EndOf(1, "a"));

        using Journal journal = Open(path);

        Assert.False(journal.Contains("fetch", "a"));
    }

    [Fact]
    public void Open_ForeignLines_AreNoItems()
    {
        string path = _folder.PathOf("log.tsv");
        File.WriteAllText(path, "{\"exitval\":\"0\",\"key\":3}\n{\"exitval\":0}\n{torn\n\n1\thost\tx\tx\tx\tx\t0\t0\tcurl http://host\nnonsense\n");

        using Journal journal = Open(path, resume: true);

        Assert.False(journal.Contains("fetch", "http://host"));
    }

    [Fact]
    public void OnEnded_ItemWithTabsAndLineEnds_StaysOneLine()
    {
        string path = _folder.PathOf("log.tsv");
        Write(path, EndOf(1, "a\tb\nc\rd"));

        Assert.Equal(2, File.ReadAllLines(path).Length);
        using Journal journal = Open(path, resume: true);
        Assert.True(journal.Contains("fetch", "a\tb\nc\rd"));
    }

    [Fact]
    public void OnEnded_MaskedSecret_IsNotWritten()
    {
        string path = _folder.PathOf("log.tsv");
        Write(path, EndOf(1, "http://host/?token=secret", label: "http://host/?token=***"));

        Assert.DoesNotContain("secret", File.ReadAllText(path), StringComparison.Ordinal);
        using Journal journal = Open(path, resume: true);
        Assert.True(journal.Contains("fetch", "http://host/?token=secret"));
    }

    [Fact]
    public void OnEnded_DiskFull_EndsTheRunWithOneLine()
    {
        // The journal's first line, its header, is refused already.
        RunException exception = Assert.Throws<RunException>(static () => Open("/dev/full"));

        Assert.Equal((ExitCode.Environment, "cannot write the journal /dev/full: No space left on device"), (exception.ExitCode, exception.Message));
    }

    private static Journal Open(string path, bool resume = false) =>
        Journal.Open(path, "fetch", "fetch", resume ? JournalUse.Resume : JournalUse.Anew);

    private static string KeyOf(string key) => JournalKey.Format(JournalKey.Of("fetch", key));

    private static void Write(string path, params ItemEnd[] ends)
    {
        using Journal journal = Open(path);
        foreach (ItemEnd end in ends)
        {
            journal.OnEnded(end);
        }
    }

    private static ItemEnd EndOf(long sequence, string key, ItemStatus status = ItemStatus.Succeeded, string? host = null, string? label = null) => new(
        sequence,
        key,
        Start,
        TimeSpan.FromSeconds(1.5),
        new ItemResult { Item = label ?? key, Status = status, BytesReceived = 276, Host = host });
}
