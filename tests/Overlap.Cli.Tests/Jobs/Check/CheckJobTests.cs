using Overlap.Cli.Jobs;
using Overlap.Cli.Jobs.Check;
using Overlap.Cli.Jobs.Fetch;
using Overlap.Cli.Tests.Jobs.Fetch;
using Overlap.Executors;

namespace Overlap.Cli.Tests.Jobs.Check;

public sealed class CheckJobTests
{
    [Theory]
    [InlineData(ExecutionModel.Async)]
    [InlineData(ExecutionModel.Threads)]
    [InlineData(ExecutionModel.Processes)]
    public async Task Check_SiteIsWell_AsksForTheHeadersOnly(ExecutionModel model)
    {
        await using HostileServer server = HostileServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 5000000000\r\nConnection: close\r\n\r\n");

        ItemResult result = await CheckAsync(server, model);

        Assert.Equal(ItemStatus.Succeeded, result.Status);
        Assert.StartsWith("HEAD ", server.Requests.Single());
        Assert.Equal(200L, Field(result, "httpStatus"));
        Assert.Equal(5_000_000_000, Field(result, "length"));
        Assert.Equal("1.1", Field(result, "httpVersion"));
    }

    [Theory]
    [InlineData(403)]
    [InlineData(405)]
    [InlineData(501)]
    public async Task Check_HeadIsRefused_AsksWithGetInTheSameAttempt(int status)
    {
        await using HostileServer server = HostileServer.Answering(
            $"HTTP/1.1 {status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", HostileServer.Ok("hello"));

        ItemResult result = await CheckAsync(server);

        Assert.Equal((ItemStatus.Succeeded, 1), (result.Status, result.Attempts));
        Assert.Equal(["HEAD", "GET"], server.Requests.Select(request => request.Split(' ')[0]));
    }

    [Fact]
    public async Task Check_EndlessBody_ReadsNoMoreThanItNeeds()
    {
        await using HostileServer server = HostileServer.Start(async connection =>
        {
            string head = (await connection.ReadRequestAsync())!;
            if (head.StartsWith("HEAD", StringComparison.Ordinal))
            {
                await connection.SendAsync("HTTP/1.1 405 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                return;
            }

            await connection.SendAsync("HTTP/1.1 200 OK\r\n\r\n");
            while (!connection.Stopping.IsCancellationRequested)
            {
                await connection.SendAsync(new byte[4096]);
            }
        });

        ItemResult result = await CheckAsync(server);

        Assert.Equal(ItemStatus.Succeeded, result.Status);
        Assert.InRange(result.BytesReceived, 1, 64 * 1024);
    }

    [Theory]
    [InlineData(404, "200-299", FailureKind.Http4xx)]
    [InlineData(404, "200-299,404", null)]
    [InlineData(204, "200", FailureKind.NotAccepted)]
    [InlineData(505, "200-299", FailureKind.Http5xx)]
    public async Task Check_Status_IsWellIfItIsAccepted(int status, string accept, string? kind)
    {
        await using HostileServer server = HostileServer.Answering($"HTTP/1.1 {status} Status\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

        ItemResult result = await CheckAsync(server, accept: accept);

        Assert.Equal(kind, result.ErrorKind);
    }

    [Fact]
    public async Task Check_Redirects_TellsWhereItEnded()
    {
        await using HostileServer server = HostileServer.Answering(
            "HTTP/1.1 301 Moved\r\nLocation: /new?token=hunter2\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", HostileServer.Ok(""));

        ItemResult result = await CheckAsync(server);

        Assert.Equal(1L, Field(result, "redirects"));
        Assert.Equal(server.Url("/new?token=***"), Field(result, "finalUrl"));
    }

    [Theory]
    [InlineData("200-299,403", 403, true)]
    [InlineData("200", 200, true)]
    [InlineData("200-299", 300, false)]
    public void Contains_List_HasItsEnds(string list, int status, bool expected) =>
        Assert.Equal(expected, StatusSet.TryParse(list)!.Contains(status));

    [Theory]
    [InlineData("")]
    [InlineData("299-200")]
    [InlineData("20")]
    [InlineData("200-")]
    [InlineData("200-250-299")]
    [InlineData("ok")]
    public void TryParse_NoList_IsNone(string list) => Assert.Null(StatusSet.TryParse(list));

    private static async Task<ItemResult> CheckAsync(HostileServer server, ExecutionModel model = ExecutionModel.Async, string accept = "200-299") =>
        Assert.Single(await DownloadBed.CheckAsync(
            new CheckOptions { Urls = [server.Url()], Retries = 0, UseProxy = false, Accept = StatusSet.TryParse(accept)! }, model));

    private static object? Field(ItemResult result, string name) => result.Fields.Single(field => field.Name == name).ToObject();
}
