using Overlap.Cli.Jobs.Fetch;

namespace Overlap.Cli.Tests.Jobs.Fetch;

/// <summary>What a request says: the headers of the user, and a URL that would like to say more.</summary>
public sealed class RequestTests
{
    [Fact]
    public async Task Fetch_HeaderOfTheUser_IsSentAsItIs()
    {
        await using HostileServer server = HostileServer.Answering(HostileServer.Ok("x"));
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
        await using HostileServer server = HostileServer.Answering(HostileServer.Ok("x"));
        using DownloadBed bed = new();

        await bed.FetchOneAsync(bed.Options(server.Url("/a%0d%0aEvil:%201")));

        Assert.StartsWith("GET /a%0d%0aEvil:%201 HTTP/1.1\r\n", server.Requests.First());
    }
}
