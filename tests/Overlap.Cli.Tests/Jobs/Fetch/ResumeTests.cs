using System.Globalization;
using System.Text.RegularExpressions;
using Overlap.Cli.Jobs;
using Overlap.Cli.Jobs.Fetch;
using Overlap.Executors;

namespace Overlap.Cli.Tests.Jobs.Fetch;

/// <summary>A partial file is continued only when the rest is proved to belong to it.</summary>
public sealed partial class ResumeTests
{
    private const string Tag = "\"v1\"";
    private static readonly string Whole = string.Concat(Enumerable.Range(0, 60_000).Select(n => (char)('a' + (n % 23))));

    [Theory]
    [InlineData(ExecutionModel.Async)]
    [InlineData(ExecutionModel.Inline)]
    [InlineData(ExecutionModel.Processes)]
    public async Task Fetch_CutInTheMiddle_AsksForTheRestAndJoinsIt(ExecutionModel model)
    {
        string body = string.Concat(Whole, Whole, Whole);
        await using HostileServer server = HostileServer.Start(async connection =>
        {
            string head = (await connection.ReadRequestAsync())!;
            int start = StartOf(head);
            await connection.SendAsync(Answer(body, start, $"ETag: {Tag}\r\n")[..^(connection.Number == 1 ? 20_000 : 0)]);
        });
        using DownloadBed bed = new();

        ItemResult result = await bed.FetchOneAsync(bed.Options(server.Url()), model);

        Assert.Equal((ItemStatus.Succeeded, 2), (result.Status, result.Attempts));
        Assert.Equal(body, File.ReadAllText(bed.PathOf("file.txt")));
        Assert.Equal(["file.txt"], bed.Names);
        Assert.Contains($"If-Range: {Tag}", server.Requests.Last());
        Assert.True(StartOf(server.Requests.Last()) >= 65_536, "what had come is not asked for again");
    }

    [Fact]
    public async Task Fetch_PartOfAnEarlierRun_IsContinued()
    {
        await using HostileServer server = Answering((body, start) => Answer(body, start, $"ETag: {Tag}\r\n"));
        using DownloadBed bed = new();
        await LeavePartAsync(bed, server, 1_000);

        ItemResult result = await bed.FetchOneAsync(bed.Options(server.Url()));

        Assert.Equal(Whole, File.ReadAllText(bed.PathOf("file.txt")));
        Assert.Equal(["file.txt"], bed.Names);
        Assert.Equal(Whole.Length - 1_000, result.BytesReceived);
        Assert.Contains("Range: bytes=1000-", server.Requests.First());
    }

    [Fact]
    public async Task Fetch_ChangedMeanwhile_BeginsAnew()
    {
        await using HostileServer server = Answering((body, _) => Answer(body, 0, "ETag: \"v2\"\r\n"));
        await AssertWholeAsync(server, requests: 1);
    }

    [Fact]
    public async Task Fetch_ServerIgnoresIfRange_IsFoundOutByTheTagAndBeginsAnew()
    {
        await using HostileServer server = Answering((body, start) => Answer(body, start, "ETag: \"v2\"\r\n"));
        await AssertWholeAsync(server, requests: 2);
    }

    [Theory]
    [InlineData("bytes 900-59999/60000")]
    [InlineData("bytes 1001-59999/60000")]
    [InlineData("bytes 1000-59999/70000")]
    [InlineData("bytes 1000-2000/60000")]
    [InlineData("bytes */60000")]
    [InlineData("lines 1000-59999/60000")]
    [InlineData("nonsense")]
    public async Task Fetch_AnotherRangeThanAskedFor_BeginsAnew(string range)
    {
        await using HostileServer server = Answering((body, start) => start == 0
            ? Answer(body, 0, $"ETag: {Tag}\r\n")
            : $"HTTP/1.1 206 Partial Content\r\nContent-Range: {range}\r\nETag: {Tag}\r\nContent-Length: {body.Length - start}\r\nConnection: close\r\n\r\n{body[start..]}");
        await AssertWholeAsync(server, requests: 2);
    }

    [Theory]
    [InlineData(70_000)]
    [InlineData(60_000)]
    public async Task Fetch_PartIsAsLongAsTheWholeOrLonger_AsksAndEndsRight(int partLength)
    {
        await using HostileServer server = Answering((body, start) => start == 0
            ? Answer(body, 0, $"ETag: {Tag}\r\n")
            : $"HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes */{body.Length}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        using DownloadBed bed = new();
        await LeavePartAsync(bed, server, partLength);

        ItemResult result = await bed.FetchOneAsync(bed.Options(server.Url()));

        Assert.Equal(ItemStatus.Succeeded, result.Status);
        Assert.Equal(Whole, File.ReadAllText(bed.PathOf("file.txt")));
        Assert.Equal(partLength == Whole.Length ? 1 : 2, server.Requests.Count);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("not json")]
    [InlineData("")]
    [InlineData("""{"version":2,"key":"x","validator":"y"}""")]
    [InlineData("""{"version":1,"key":"http://other/","validator":"\"v1\""}""")]
    [InlineData("""{"version":1,"key":7,"validator":[]}""")]
    public async Task Fetch_RecordIsDamagedOrOfAnotherUrl_BeginsAnew(string record)
    {
        await using HostileServer server = Answering((body, start) => Answer(body, start, $"ETag: {Tag}\r\n"));
        using DownloadBed bed = new();
        File.WriteAllText(bed.PathOf("file.txt.part"), "zzzz");
        File.WriteAllText(bed.PathOf("file.txt.part.json"), record);

        await bed.FetchOneAsync(bed.Options(server.Url()));

        Assert.Equal(Whole, File.ReadAllText(bed.PathOf("file.txt")));
        Assert.DoesNotContain("Range:", server.Requests.Single());
    }

    [Theory]
    [InlineData("ETag: W/\"weak\"\r\n", false)]
    [InlineData("", false)]
    [InlineData("ETag: \"v1\"\r\nAccept-Ranges: none\r\n", false)]
    [InlineData("ETag: \"v1\"\r\n", true)]
    [InlineData("Last-Modified: Wed, 21 Oct 2015 07:28:00 GMT\r\n", true)]
    public async Task Fetch_CutForGood_KeepsThePartOnlyIfItCanBeContinued(string headers, bool isKept)
    {
        string body = string.Concat(Whole, Whole, Whole);
        await using HostileServer server = HostileServer.Answering(Answer(body, 0, headers)[..^10]);
        using DownloadBed bed = new();

        ItemResult result = await bed.FetchOneAsync(bed.Options(server.Url()) with { Retries = 0 });

        Assert.Equal(FailureKind.Truncated, result.ErrorKind);
        Assert.Equal(isKept ? ["file.txt.part", "file.txt.part.json"] : [], bed.Names);
    }

    [Fact]
    public async Task Fetch_UrlWithSecret_IsNotWrittenBesideThePart()
    {
        string body = string.Concat(Whole, Whole, Whole);
        await using HostileServer server = HostileServer.Answering(Answer(body, 0, $"ETag: {Tag}\r\n")[..^10]);
        using DownloadBed bed = new();

        await bed.FetchOneAsync(bed.Options(server.Url("/file.txt?token=hunter2").Replace("http://", "http://u:hunter2@", StringComparison.Ordinal)) with { Retries = 0 });

        Assert.DoesNotContain("hunter2", File.ReadAllText(bed.PathOf("file.txt.part.json")));
    }

    private static HostileServer Answering(Func<string, int, string> answer) => HostileServer.Start(async connection =>
    {
        string head = (await connection.ReadRequestAsync())!;
        await connection.SendAsync(answer(Whole, StartOf(head)));
    });

    private static async Task AssertWholeAsync(HostileServer server, int requests)
    {
        using DownloadBed bed = new();
        await LeavePartAsync(bed, server, 1_000);

        ItemResult result = await bed.FetchOneAsync(bed.Options(server.Url()));

        Assert.Equal(ItemStatus.Succeeded, result.Status);
        Assert.Equal(Whole, File.ReadAllText(bed.PathOf("file.txt")));
        Assert.Equal(["file.txt"], bed.Names);
        Assert.Equal(requests, server.Requests.Count);
    }

    private static async Task LeavePartAsync(DownloadBed bed, HostileServer server, int length)
    {
        await File.WriteAllTextAsync(bed.PathOf("file.txt.part"), Whole.PadRight(length, '?')[..length]);
        using TargetFolder folder = TargetFolder.Open(bed.Folder);
        new ResumeRecord(server.Url(), Tag, Whole.Length).Write(folder, "file.txt");
    }

    private static string Answer(string body, int start, string headers) => start == 0
        ? $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n{headers}Connection: close\r\n\r\n{body}"
        : $"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {start}-{body.Length - 1}/{body.Length}\r\n"
            + $"Content-Length: {body.Length - start}\r\n{headers}Connection: close\r\n\r\n{body[start..]}";

    private static int StartOf(string head)
    {
        Match match = RangeStart().Match(head);
        return match.Success ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
    }

    [GeneratedRegex(@"\r\nRange: bytes=(\d+)-\r\n")]
    private static partial Regex RangeStart();
}
