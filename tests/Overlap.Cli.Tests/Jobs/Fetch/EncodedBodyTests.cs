using System.IO.Compression;
using System.Text;
using Overlap.Cli.Jobs;
using Overlap.Cli.Jobs.Fetch;
using Overlap.Executors;

namespace Overlap.Cli.Tests.Jobs.Fetch;

/// <summary>Bodies that come compressed, and those that grow without measure.</summary>
public sealed class EncodedBodyTests
{
    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task Fetch_EncodedBody_IsStoredDecoded(string encoding)
    {
        byte[] text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 20_000)));
        byte[] body = Compress(text, encoding);
        await using HostileServer server = HostileServer.Answering(Answer(encoding, body));
        foreach (ExecutionModel model in new[] { ExecutionModel.Async, ExecutionModel.Inline })
        {
            using DownloadBed bed = new();

            ItemResult result = await bed.FetchOneAsync(bed.Options(server.Url()) with { Compressed = true }, model);

            Assert.Equal(ItemStatus.Succeeded, result.Status);
            Assert.Equal(text, File.ReadAllBytes(bed.PathOf("file.txt")));
        }
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task Fetch_Bomb_StopsAtMaxSizeOfDecodedBytes(string encoding)
    {
        byte[] bomb = Compress(new byte[64 << 20], encoding);
        await using HostileServer server = HostileServer.Answering(Answer(encoding, bomb));
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
        await using HostileServer server = HostileServer.Answering(Answer("gzip", bomb));
        using DownloadBed bed = new();

        ItemResult result = await bed.FetchOneAsync(bed.Options(server.Url()));

        Assert.Equal(FailureKind.TooBig, result.ErrorKind);
        Assert.Contains("100-fold", result.Message);
        Assert.Empty(bed.Names);
    }

    private static byte[] Answer(string encoding, byte[] body) =>
    [
        .. HostileConnection.Bytes($"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"), .. body,
    ];

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
