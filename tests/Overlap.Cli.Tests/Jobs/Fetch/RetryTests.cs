using Overlap.Cli.Jobs;
using Overlap.Cli.Jobs.Fetch;
using Overlap.Executors;

namespace Overlap.Cli.Tests.Jobs.Fetch;

public sealed class RetryTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Theory]
    [InlineData(408, 4)]
    [InlineData(425, 4)]
    [InlineData(429, 4)]
    [InlineData(500, 4)]
    [InlineData(502, 4)]
    [InlineData(503, 4)]
    [InlineData(504, 4)]
    [InlineData(520, 4)]
    [InlineData(524, 4)]
    [InlineData(400, 1)]
    [InlineData(401, 1)]
    [InlineData(403, 1)]
    [InlineData(404, 1)]
    [InlineData(410, 1)]
    [InlineData(501, 1)]
    [InlineData(505, 1)]
    public async Task Fetch_Status_IsRepeatedOnlyIfItMayPass(int status, int attempts)
    {
        await using HostileServer server = HostileServer.Answering(Status(status));
        foreach (ExecutionModel model in new[] { ExecutionModel.Async, ExecutionModel.Inline })
        {
            using DownloadBed bed = new();

            ItemResult result = await bed.FetchOneAsync(bed.Options(server.Url()), model);

            Assert.Equal((ItemStatus.Failed, attempts), (result.Status, result.Attempts));
            Assert.Equal(status < 500 ? FailureKind.Http4xx : FailureKind.Http5xx, result.ErrorKind);
            Assert.Empty(bed.Names);
        }
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("1e9")]
    [InlineData("soon")]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("Thu, 01 Jan 1970 00:00:00 GMT")]
    [InlineData("\u00ff\u00fe")]
    public async Task Fetch_RetryAfterIsNonsenseOrPast_TriesAgainAsIfItWereMissing(string value)
    {
        await using HostileServer server = HostileServer.Answering(Status(503, $"Retry-After: {value}\r\n"), HostileServer.Ok("x"));
        using DownloadBed bed = new();

        ItemResult result = await bed.FetchOneAsync(bed.Options(server.Url()));

        Assert.Equal((ItemStatus.Succeeded, 2), (result.Status, result.Attempts));
    }

    [Theory]
    [InlineData("3600", "3600 s")]
    [InlineData("1000000000", "1000000000 s")]
    [InlineData("99999999999999999999999999", "s, more than --retry-after-max 120 s")]
    [InlineData("Fri, 31 Dec 9999 23:59:59 GMT", "s, more than --retry-after-max 120 s")]
    public async Task Fetch_RetryAfterIsTooLong_FailsAndSaysWhatTheServerAskedFor(string value, string expected)
    {
        await using HostileServer server = HostileServer.Answering(Status(429, $"Retry-After: {value}\r\n"));
        using DownloadBed bed = new();

        ItemResult result = await bed.FetchOneAsync(bed.Options(server.Url()));

        Assert.Equal((FailureKind.RetryAfter, 1), (result.ErrorKind, result.Attempts));
        Assert.Contains(expected, result.Message);
    }

    [Theory]
    [InlineData("120", 120.0)]
    [InlineData(" 7 ", 7.0)]
    [InlineData("Fri, 02 Jan 2026 03:05:05 GMT", 60.0)]
    [InlineData("Fri, 02 Jan 2026 03:04:05 GMT", null)]
    [InlineData("+5", null)]
    [InlineData("5.5", null)]
    [InlineData("0x10", null)]
    public void Parse_Value_IsSecondsOrADateToCome(string value, double? seconds) =>
        Assert.Equal(seconds, RetryAfter.Parse(value, Now)?.TotalSeconds);

    [Theory]
    [InlineData(ExecutionModel.Async)]
    [InlineData(ExecutionModel.Threads)]
    [InlineData(ExecutionModel.Processes)]
    public async Task Fetch_RetryAfter_HoldsTheWholeHost(ExecutionModel model)
    {
        int served = 0;
        long answeredAt = 0;
        long nextAt = 0;
        await using HostileServer server = HostileServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            if (Interlocked.Increment(ref served) == 1)
            {
                answeredAt = TimeProvider.System.GetTimestamp();
                await connection.SendAsync(Status(429, "Retry-After: 1\r\n"));
                return;
            }

            Interlocked.CompareExchange(ref nextAt, TimeProvider.System.GetTimestamp(), 0);
            await connection.SendAsync(HostileServer.Ok("x"));
        });
        using DownloadBed bed = new();

        IReadOnlyList<ItemResult> results = await bed.FetchAsync(
            bed.Options([.. Enumerable.Range(0, 5).Select(n => server.Url($"/{n}"))]) with { PerHost = 1 }, model);

        Assert.All(results, result => Assert.Equal(ItemStatus.Succeeded, result.Status));
        Assert.True(TimeProvider.System.GetElapsedTime(answeredAt, nextAt) >= TimeSpan.FromSeconds(0.99), "nobody asked before the time");
    }

    [Fact]
    public void TryTake_ManyFailures_EndsAtAFifthOfTheItems()
    {
        RetryBudget budget = new();
        for (int i = 0; i < 1_000; i++)
        {
            budget.AddItem();
        }

        int taken = 0;
        while (budget.TryTake())
        {
            taken++;
        }

        Assert.Equal(RetryBudget.Floor + 200, taken);
    }

    [Fact]
    public async Task Fetch_Cancelled_IsNotDoneAndKeepsNothingUnderTheName()
    {
        using CancellationTokenSource stopping = new();
        await using HostileServer server = HostileServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome");
            await stopping.CancelAsync();
            await connection.HangAsync();
        });
        using DownloadBed bed = new();
        await using FetchJob job = new(bed.Options(server.Url()), RunPlace.AsAsked);
        await job.PrepareAsync(ExecutionModel.Async, 1, default);
        FetchItem item = new() { Line = 1, Label = "x", Uri = new Uri(server.Url()), Host = "h", Name = "file.txt" };

        ItemResult result = await job.ExecuteAsync(item, stopping.Token);

        Assert.Equal(ItemStatus.NotDone, result.Status);
        Assert.Empty(bed.Names);
    }

    private static string Status(int status, string headers = "") =>
        $"HTTP/1.1 {status} Status\r\n{headers}Content-Length: 0\r\nConnection: close\r\n\r\n";
}
