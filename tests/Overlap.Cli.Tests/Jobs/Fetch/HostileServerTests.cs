using Overlap.Cli.Jobs;
using Overlap.Cli.Jobs.Fetch;
using Overlap.Executors;

namespace Overlap.Cli.Tests.Jobs.Fetch;

/// <summary>Answers that lie, that are none, or that break off.</summary>
public sealed class HostileServerTests
{
    [Theory]
    [MemberData(nameof(DownloadBed.Models), MemberType = typeof(DownloadBed))]
    public async Task Fetch_GoodAnswer_StoresItUnderItsName(ExecutionModel model)
    {
        await using HostileServer server = HostileServer.Answering(HostileServer.Ok("hello"));
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
        await using HostileServer server = HostileServer.Answering("HTTP/1.1 200 OK\r\nConnection: close\r\n" + rest);
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
    [InlineData(ExecutionModel.Async)]
    [InlineData(ExecutionModel.Inline)]
    public async Task Fetch_ResetAtEveryByte_StoresAllOrNothing(ExecutionModel model)
    {
        byte[] whole = HostileConnection.Bytes(HostileServer.Ok("0123456789"));
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
}
