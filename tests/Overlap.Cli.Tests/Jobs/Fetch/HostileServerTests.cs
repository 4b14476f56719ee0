using System.IO.Compression;
using System.Text;
using Overlap.Cli.Jobs;
using Overlap.Cli.Jobs.Fetch;
using Overlap.Executors;

namespace Overlap.Cli.Tests.Jobs.Fetch;

/// <summary>What a server can do to a download: lengths, encodings, endings, slowness, headers. Every case runs in both colours.</summary>
public sealed class HostileServerTests
{
    private const string Close = "Connection: close\r\n";

    public static TheoryData<ExecutionModel> Models => new(ExecutionModel.Inline, ExecutionModel.Threads, ExecutionModel.Async, ExecutionModel.Processes);

    [Theory]
    [MemberData(nameof(Models))]
    public async Task Fetch_GoodAnswer_StoresItUnderItsName(ExecutionModel model)
    {
        await using HostileServer server = HostileServer.Answering(Ok("hello"));
        using DownloadBed bed = new();

        ItemResult result = await bed.FetchOneAsync(bed.Options(server.Url()), model);

        Assert.Equal(ItemStatus.Succeeded, result.Status);
        Assert.Equal(["file.txt"], bed.Names);
        Assert.Equal("hello", File.ReadAllText(bed.PathOf("file.txt")));
        Assert.DoesNotContain("traceparent", server.Requests.First(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("cookie", server.Requests.First(), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("Content-Length: 10\r\n\r\nshort", FailureKind.Truncated)]
    [InlineData("Content-Length: -1\r\n\r\nbody", FailureKind.Protocol)]
    [InlineData("Content-Length: 9223372036854775808\r\n\r\nbody", FailureKind.Protocol)]
    [InlineData("Content-Length: 9223372036854775807\r\n\r\nbody", FailureKind.TooBig)]
    [InlineData("Content-Length: 4\r\nContent-Length: 5\r\n\r\nbody!", FailureKind.Protocol)]
    [InlineData("Content-Length: 4, 5\r\n\r\nbody!", FailureKind.Protocol)]
    [InlineData("Content-Length: four\r\n\r\nbody", FailureKind.Protocol)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\nbody", FailureKind.Truncated)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n7FFFFFFFFFFFFFFF\r\nbody", FailureKind.Truncated)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n-1\r\nbody", FailureKind.Protocol)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n4\r\nbody", FailureKind.Truncated)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n4\r\nbodyXX0\r\n\r\n", FailureKind.Protocol)]
    [InlineData("Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nbody", FailureKind.Encoding)]
    [InlineData("Content-Encoding: br\r\nContent-Length: 4\r\n\r\n\u00ff\u00ff\u00ff\u00ff", FailureKind.Encoding)]
    [InlineData("Content-Encoding: deflate\r\nContent-Length: 4\r\n\r\nbody", FailureKind.Encoding)]
    [InlineData("Content-Encoding: zstd\r\nContent-Length: 4\r\n\r\nbody", FailureKind.Encoding)]
    [InlineData("Content-Encoding: gzip, gzip\r\nContent-Length: 4\r\n\r\nbody", FailureKind.Encoding)]
    public async Task Fetch_BodyThatLies_FailsAndLeavesNothing(string rest, string kind)
    {
        await using HostileServer server = HostileServer.Answering("HTTP/1.1 200 OK\r\n" + Close + rest);
        foreach (ExecutionModel model in new[] { ExecutionModel.Async, ExecutionModel.Inline })
        {
            using DownloadBed bed = new();

            ItemResult result = await bed.FetchOneAsync(bed.Options(server.Url()) with { Retries = 0 }, model);

            Assert.Equal((ItemStatus.Failed, kind), (result.Status, result.ErrorKind));
            Assert.Empty(bed.Names);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage\r\n\r\n")]
    [InlineData("HTTP/1.1 abc\r\n\r\n")]
    [InlineData("HTTP/9.9 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nno colon here\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n: no name\r\n\r\n")]
    [InlineData("HTTP/1.1 304 Not Modified\r\n\r\n")]
    [InlineData("HTTP/1.1 300 Choices\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 206 Partial\r\nContent-Range: bytes 5-9/10\r\nContent-Length: 5\r\n\r\n56789")]
    [InlineData("HTTP/1.1 404 \u001b[31mred\r\nContent-Length: 0\r\n\r\n")]
    public async Task Fetch_AnswerThatIsNone_FailsAndLeavesNothing(string answer)
    {
        await using HostileServer server = HostileServer.Answering(answer);
        using DownloadBed bed = new();

        ItemResult result = await bed.FetchOneAsync(bed.Options(server.Url()) with { Retries = 1 });

        Assert.Equal(ItemStatus.Failed, result.Status);
        Assert.Empty(bed.Names);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task Fetch_HeadersThatNeverEnd_StopsAtTheCap(ExecutionModel model)
    {
        await using HostileServer server = HostileServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\n");
            string line = "X: " + new string('x', 1_000) + "\r\n";
            while (!connection.Stopping.IsCancellationRequested)
            {
                await connection.SendAsync(line);
            }
        });
        using DownloadBed bed = new();

        ItemResult result = await bed.FetchOneAsync(bed.Options(server.Url()) with { Retries = 0 }, model);

        Assert.Equal(FailureKind.TooBig, result.ErrorKind);
        Assert.Contains("256 KiB", result.Message);
        Assert.Empty(bed.Names);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task Fetch_FloodOf100Continue_StopsAtTheCapOfHeaders(ExecutionModel model)
    {
        await using HostileServer server = HostileServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            while (!connection.Stopping.IsCancellationRequested)
            {
                await connection.SendAsync("HTTP/1.1 100 Continue\r\n\r\n");
                await Task.Yield();
            }
        });
        using DownloadBed bed = new();

        ItemResult result = await bed.FetchOneAsync(bed.Options(server.Url()) with { Retries = 0 }, model);

        Assert.Equal(FailureKind.TooBig, result.ErrorKind);
        Assert.Empty(bed.Names);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task Fetch_NoAnswer_TimesOutAndTriesAgain(ExecutionModel model)
    {
        await using HostileServer server = HostileServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await (connection.Number < 3 ? connection.HangAsync() : connection.SendAsync(Ok("late")));
        });
        using DownloadBed bed = new();

        ItemResult result = await bed.FetchOneAsync(bed.Options(server.Url()) with { IdleTimeout = TimeSpan.FromMilliseconds(250) }, model);

        Assert.Equal((ItemStatus.Succeeded, 3), (result.Status, result.Attempts));
        Assert.Equal("late", File.ReadAllText(bed.PathOf("file.txt")));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task Fetch_DripOfSingleBytes_IsNoProgress(ExecutionModel model)
    {
        await using HostileServer server = HostileServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
            using PeriodicTimer drip = new(TimeSpan.FromMilliseconds(20));
            while (await drip.WaitForNextTickAsync(connection.Stopping))
            {
                await connection.SendAsync("x");
            }
        });
        using DownloadBed bed = new();

        ItemResult result = await bed.FetchOneAsync(bed.Options(server.Url()) with { Retries = 0, IdleTimeout = TimeSpan.FromMilliseconds(400) }, model);

        Assert.Equal(FailureKind.Timeout, result.ErrorKind);
        Assert.Contains("no progress", result.Message);
        Assert.Empty(bed.Names);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task Fetch_AttemptTimeout_EndsABodyThatComesTooSlowly(ExecutionModel model)
    {
        await using HostileServer server = Endless("HTTP/1.1 200 OK\r\n\r\n", pause: TimeSpan.FromMilliseconds(20));
        using DownloadBed bed = new();

        ItemResult result = await bed.FetchOneAsync(
            bed.Options(server.Url()) with { Retries = 0, AttemptTimeout = TimeSpan.FromMilliseconds(300) }, model);

        Assert.Equal(FailureKind.Timeout, result.ErrorKind);
        Assert.Contains("the attempt took longer than 0.3 s", result.Message);
        Assert.Empty(bed.Names);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task Fetch_MaxTime_EndsTheRetriesToo(ExecutionModel model)
    {
        // The first attempt fails at once, so that only the second can meet the end of the item's time.
        int requests = 0;
        await using HostileServer server = HostileServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            if (Interlocked.Increment(ref requests) > 1)
            {
                await connection.HangAsync();
            }

            await connection.SendAsync("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        });
        using DownloadBed bed = new();

        ItemResult result = await bed.FetchOneAsync(
            bed.Options(server.Url()) with { Retries = 1_000, MaxTime = TimeSpan.FromSeconds(3) }, model);

        Assert.Equal((FailureKind.Timeout, 2), (result.ErrorKind, result.Attempts));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5000000000\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nETag: \"1\"\r\n\r\n")]
    public async Task Fetch_EndlessBody_StopsAtMaxSize(string head)
    {
        await using HostileServer server = Endless(head);
        using DownloadBed bed = new();

        ItemResult result = await bed.FetchOneAsync(bed.Options(server.Url()) with { MaxSize = 1_000_000 });

        Assert.Equal((FailureKind.TooBig, 1), (result.ErrorKind, result.Attempts));
        Assert.Empty(bed.Names);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task Fetch_Bomb_StopsAtMaxSizeOfDecodedBytes(string encoding)
    {
        byte[] bomb = Compress(new byte[64 << 20], encoding);
        await using HostileServer server = HostileServer.Answering([.. HostileConnection.Bytes(
            $"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: {bomb.Length}\r\n{Close}\r\n"), .. bomb]);
        foreach (ExecutionModel model in new[] { ExecutionModel.Async, ExecutionModel.Inline })
        {
            using DownloadBed bed = new();

            ItemResult result = await bed.FetchOneAsync(bed.Options(server.Url()) with { MaxSize = 1 << 20 }, model);

            Assert.Equal(FailureKind.TooBig, result.ErrorKind);
            Assert.Contains("--max-size", result.Message);
            Assert.Empty(bed.Names);
        }
    }

    [Fact]
    public async Task Fetch_BombBelowMaxSize_StopsAtTheRatio()
    {
        byte[] bomb = Compress(new byte[64 << 20], "gzip");
        await using HostileServer server = HostileServer.Answering([.. HostileConnection.Bytes(
            $"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {bomb.Length}\r\n{Close}\r\n"), .. bomb]);
        using DownloadBed bed = new();

        ItemResult result = await bed.FetchOneAsync(bed.Options(server.Url()));

        Assert.Equal(FailureKind.TooBig, result.ErrorKind);
        Assert.Contains("100-fold", result.Message);
        Assert.Empty(bed.Names);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task Fetch_EncodedBody_IsStoredDecoded(string encoding)
    {
        byte[] text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 20_000)));
        byte[] body = Compress(text, encoding);
        await using HostileServer server = HostileServer.Answering([.. HostileConnection.Bytes(
            $"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: {body.Length}\r\n{Close}\r\n"), .. body]);
        foreach (ExecutionModel model in new[] { ExecutionModel.Async, ExecutionModel.Inline })
        {
            using DownloadBed bed = new();

            ItemResult result = await bed.FetchOneAsync(bed.Options(server.Url()) with { Compressed = true }, model);

            Assert.Equal(ItemStatus.Succeeded, result.Status);
            Assert.Equal(text, File.ReadAllBytes(bed.PathOf("file.txt")));
        }
    }

    [Theory]
    [InlineData(ExecutionModel.Async)]
    [InlineData(ExecutionModel.Inline)]
    public async Task Fetch_ResetAtEveryByte_StoresAllOrNothing(ExecutionModel model)
    {
        byte[] whole = HostileConnection.Bytes(Ok("0123456789"));
        for (int cut = 0; cut <= whole.Length; cut++)
        {
            int at = cut;
            await using HostileServer server = HostileServer.Start(async connection =>
            {
                await connection.ReadRequestAsync();
                await connection.SendAsync(whole[..at]);
                if (at < whole.Length)
                {
                    connection.Reset();
                }
            });
            using DownloadBed bed = new();

            ItemResult result = await bed.FetchOneAsync(bed.Options(server.Url()) with { Retries = 0 }, model);

            Assert.Equal(at == whole.Length ? ItemStatus.Succeeded : ItemStatus.Failed, result.Status);
            Assert.Equal(at == whole.Length ? ["file.txt"] : [], bed.Names);
        }
    }

    [Fact]
    public async Task Fetch_ClosedAtEveryByteOfAChunkedBody_StoresAllOrNothing()
    {
        byte[] whole = HostileConnection.Bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n0123\r\n6\r\n456789\r\n0\r\n\r\n");
        for (int cut = 0; cut <= whole.Length; cut++)
        {
            await using HostileServer server = HostileServer.Answering(whole[..cut]);
            using DownloadBed bed = new();

            ItemResult result = await bed.FetchOneAsync(bed.Options(server.Url()) with { Retries = 0 });

            Assert.Equal(cut == whole.Length ? ["file.txt"] : [], bed.Names);
            Assert.Equal(cut == whole.Length, result.Status == ItemStatus.Succeeded);
        }
    }

    [Fact]
    public async Task Fetch_HeaderOfTheUser_IsSentAsItIs()
    {
        await using HostileServer server = HostileServer.Answering(Ok("x"));
        using DownloadBed bed = new();

        await bed.FetchOneAsync(bed.Options(server.Url()) with { Headers = [new RequestHeader("X-Mine", "a b")] });

        Assert.Contains("\r\nX-Mine: a b\r\n", server.Requests.First());
    }

    [Theory]
    [InlineData("X: a\r\nEvil: 1")]
    [InlineData("X: a\nEvil: 1")]
    [InlineData("X\r\nEvil: 1")]
    [InlineData("Cookie: a=1\r\nHost: evil")]
    [InlineData("no colon")]
    [InlineData(": empty")]
    [InlineData("Host: evil")]
    [InlineData("Content-Length: 5")]
    [InlineData("X: \0")]
    public void TryParse_HeaderThatWouldBeTwo_IsRefusedOnOneLine(string text)
    {
        Assert.False(RequestHeader.TryParse(text, out _, out string? reason));
        Assert.DoesNotContain(reason, char.IsControl);
    }

    [Fact]
    public async Task Fetch_LineBreakInTheUrl_IsEscapedInTheRequest()
    {
        await using HostileServer server = HostileServer.Answering(Ok("x"));
        using DownloadBed bed = new();

        await bed.FetchOneAsync(bed.Options(server.Url("/a%0d%0aEvil:%201")));

        Assert.StartsWith("GET /a%0d%0aEvil:%201 HTTP/1.1\r\n", server.Requests.First());
    }

    internal static string Ok(string body, string headers = "") => $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n{headers}{Close}\r\n{body}";

    private static HostileServer Endless(string head, TimeSpan? pause = null) => HostileServer.Start(async connection =>
    {
        await connection.ReadRequestAsync();
        await connection.SendAsync(head);
        byte[] some = new byte[8 * 1024];
        using PeriodicTimer? timer = pause is null ? null : new PeriodicTimer(pause.Value);
        while (!connection.Stopping.IsCancellationRequested && (timer is null || await timer.WaitForNextTickAsync(connection.Stopping)))
        {
            await connection.SendAsync(some);
        }
    });

    private static byte[] Compress(byte[] bytes, string encoding)
    {
        using MemoryStream result = new();
        using (Stream compressor = encoding switch
        {
            "gzip" => new GZipStream(result, CompressionLevel.Fastest),
            "br" => new BrotliStream(result, CompressionLevel.Fastest),
            _ => new ZLibStream(result, CompressionLevel.Fastest),
        })
        {
            compressor.Write(bytes);
        }

        return result.ToArray();
    }
}
