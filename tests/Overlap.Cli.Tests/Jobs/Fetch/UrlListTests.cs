using System.IO.Pipelines;
using System.Text;
using Overlap.Cli.Jobs;
using Overlap.Cli.Jobs.Fetch;

namespace Overlap.Cli.Tests.Jobs.Fetch;

public sealed class UrlListTests
{
    [Theory]
    [InlineData("http://h/1\nhttp://h/2\n")]
    [InlineData("http://h/1\r\nhttp://h/2\r\n")]
    [InlineData("http://h/1\nhttp://h/2")]
    [InlineData("\uFEFFhttp://h/1\nhttp://h/2\n")]
    [InlineData("# two\n\n  http://h/1 \t\n   \nhttp://h/2\n")]
    public async Task ReadAsync_AnyLineEnds_GivesTheUrls(string text)
    {
        List<FetchItem> items = await ReadAsync(Encoding.UTF8.GetBytes(text));

        Assert.Equal(["http://h/1", "http://h/2"], items.Select(item => item.Uri!.AbsoluteUri));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n\n")]
    [InlineData("# nothing")]
    public async Task ReadAsync_NothingInTheList_GivesNothing(string text) => Assert.Empty(await ReadAsync(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public async Task ReadAsync_NulSeparated_CutsAtNulOnly()
    {
        List<FetchItem> items = await ReadAsync("http://h/1\0http://h/2\nx\0"u8.ToArray(), nul: true);

        Assert.Equal("http://h/1", items[0].Uri!.AbsoluteUri);
        Assert.Contains("control character", items[1].Problem);
        Assert.DoesNotContain('\n', items[1].Label);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadAsync_Utf16_IsOneLineThatSaysSo(bool bigEndian)
    {
        Encoding encoding = new UnicodeEncoding(bigEndian, byteOrderMark: true);
        byte[] bytes = [.. encoding.Preamble, .. encoding.GetBytes("http://h/1\nhttp://h/2\n")];

        FetchItem item = Assert.Single(await ReadAsync(bytes));

        Assert.Contains("UTF-16", item.Problem);
    }

    [Fact]
    public async Task ReadAsync_InvalidUtf8_FailsThatLineOnly()
    {
        List<FetchItem> items = await ReadAsync([.. "http://h/1\nhttp://h/"u8, 0xFF, 0xFE, .. "\nhttp://h/2"u8]);

        Assert.Equal([null, "the line is not valid UTF-8", null], items.Select(item => item.Problem));
    }

    [Fact]
    public async Task ReadAsync_LineOfTenMegabytes_FailsThatLineOnlyWithoutHoldingIt()
    {
        byte[] bytes = [.. "http://h/1\nhttp://h/"u8, .. Enumerable.Repeat((byte)'a', 10_000_000), .. "\nhttp://h/2\n"u8];
        long before = GC.GetAllocatedBytesForCurrentThread();

        List<FetchItem> items = await ReadAsync(bytes);

        Assert.Equal(3, items.Count);
        Assert.Contains("10,000,009 bytes", items[1].Problem);
        Assert.Equal(3, items[2].Line);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Theory]
    [InlineData(16_384, true)]
    [InlineData(16_385, false)]
    public async Task ReadAsync_LineAtTheLimit_IsReadToTheLimit(int length, bool isRead)
    {
        byte[] bytes = Encoding.ASCII.GetBytes("http://h/" + new string('a', length - 9) + "\nhttp://h/2");

        List<FetchItem> items = await ReadAsync(bytes);

        Assert.Equal(2, items.Count);
        Assert.Equal(isRead, items[0].Uri is not null);
    }

    [Theory]
    [InlineData("file:///etc/passwd", "the scheme file is refused")]
    [InlineData("ftp://h/x", "the scheme ftp is refused")]
    [InlineData("javascript://h/%0aalert(1)", "the scheme javascript is refused")]
    [InlineData("example.com/x", "does not begin with http")]
    [InlineData("http://", "not a valid URL")]
    [InlineData("http://h:99999/", "not a valid URL")]
    [InlineData("http://h/a\rb", "control character")]
    [InlineData("http://h/\u001b[31m", "control character")]
    public void ToItem_NotAnHttpUrl_SaysWhyOnOneLine(string text, string reason)
    {
        FetchItem item = new UrlList(Options(), withNames: true).ToItem(new InputLine(7, text, null))!;

        Assert.Null(item.Uri);
        Assert.Contains(reason, item.Problem);
        Assert.StartsWith("line 7: ", item.Problem);
        Assert.DoesNotContain(item.Label, char.IsControl);
    }

    [Theory]
    [InlineData("http://H/a", "HTTP://h:80/a")]
    [InlineData("http://h/a", "http://h/a#part")]
    [InlineData("http://h", "http://h/")]
    [InlineData("http://h/x/../a", "http://h/a")]
    public void ToItem_SameUrlWrittenOtherwise_NamesTheLineThatHasIt(string first, string second)
    {
        UrlList list = new(Options(), withNames: true);

        Assert.Equal(0, list.ToItem(new InputLine(3, first, null))!.SameAsLine);
        Assert.Equal(3, list.ToItem(new InputLine(9, second, null))!.SameAsLine);
    }

    [Theory]
    [InlineData("http://user:hunter2@h/x")]
    [InlineData("http://h/x?token=hunter2&a=1")]
    [InlineData("http://h/x?a=1&API_KEY=hunter2#f")]
    [InlineData("ftp://user:hunter2@h/x")]
    [InlineData("http://user:hunter2@h:99999/x?sig=hunter2")]
    public void ToItem_UrlWithSecret_NeverShowsIt(string text)
    {
        FetchItem item = new UrlList(Options(), withNames: true).ToItem(new InputLine(1, text, null))!;

        Assert.DoesNotContain("hunter2", item.Label + item.Problem + item.Host + item.Name);
        Assert.True(item.Uri is null || !UrlText.Key(item.Uri).Contains("hunter2", StringComparison.Ordinal));
    }

    [Fact]
    public void Key_TwoSecrets_AreTwoKeys() =>
        Assert.NotEqual(UrlText.Key(new Uri("http://a:1@h/x")), UrlText.Key(new Uri("http://a:2@h/x")));

    [Fact]
    public async Task InterleaveAsync_PipeThatNeverCloses_GivesWhatHasCome()
    {
        Pipe pipe = new();
        await pipe.Writer.WriteAsync("http://a/1\nhttp://a/2\nhttp://b/1\nhttp://unfinished"u8.ToArray());
        UrlList list = new(Options() with { InputFile = "-", StandardInput = pipe.Reader.AsStream() }, withNames: true);
        using CancellationTokenSource ending = new();
        await using IAsyncEnumerator<FetchItem> items =
            HostInterleaver.InterleaveAsync(list.ReadAsync(ending.Token), ending.Token).GetAsyncEnumerator(ending.Token);

        List<string> given = [];
        for (int i = 0; i < 3; i++)
        {
            Assert.True(await items.MoveNextAsync());
            given.Add(items.Current.Label);
        }

        Assert.Equal(["http://a/1", "http://b/1", "http://a/2"], given);
        Task<bool> next = items.MoveNextAsync().AsTask();
        Assert.False(next.IsCompleted);
        await ending.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    [Fact]
    public async Task InterleaveAsync_AbandonedWhileItWaits_EndsTheRead()
    {
        Pipe pipe = new();
        await pipe.Writer.WriteAsync("http://a/1\n"u8.ToArray());
        UrlList list = new(Options() with { InputFile = "-", StandardInput = pipe.Reader.AsStream() }, withNames: true);
        IAsyncEnumerator<FetchItem> items =
            HostInterleaver.InterleaveAsync(list.ReadAsync(default), default).GetAsyncEnumerator(default);
        Assert.True(await items.MoveNextAsync());

        await items.DisposeAsync();
    }

    [Fact]
    public async Task InterleaveAsync_OneBusyHostFirst_LetsTheOthersIn()
    {
        IEnumerable<string> lines = Enumerable.Range(0, 1_000).Select(n => $"http://busy/{n}").Append("http://other/0");
        UrlList list = new(Options([.. lines]), withNames: true);

        List<string> hosts = [];
        await foreach (FetchItem item in HostInterleaver.InterleaveAsync(list.ReadAsync(default), default))
        {
            hosts.Add(item.Host);
        }

        Assert.Equal("other", hosts[1]);
        Assert.Equal(1_001, hosts.Count);
    }

    [Fact]
    public async Task ReadAsync_MissingList_IsAFailureOfTheEnvironment()
    {
        UrlList list = new(Options() with { InputFile = "/nowhere/list.txt" }, withNames: true);

        RunException failure = await Assert.ThrowsAsync<RunException>(async () => await list.ReadAsync(default).GetAsyncEnumerator().MoveNextAsync());

        Assert.Equal(ExitCode.Environment, failure.ExitCode);
        Assert.Contains("/nowhere/list.txt", failure.Message);
    }

    private static FetchOptions Options(params string[] urls) => new() { Folder = "unused", Urls = urls };

    private static async Task<List<FetchItem>> ReadAsync(byte[] list, bool nul = false)
    {
        using MemoryStream stream = new(list);
        UrlList urls = new(Options() with { InputFile = "-", StandardInput = stream, NulSeparated = nul }, withNames: true);
        List<FetchItem> items = [];
        await foreach (FetchItem item in urls.ReadAsync(default))
        {
            items.Add(item);
        }

        return items;
    }
}
