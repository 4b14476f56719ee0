using Overlap.Cli.Jobs;
using Overlap.Cli.Jobs.Fetch;
using Overlap.Executors;
using Overlap.Testing;

namespace Overlap.Cli.Tests.Jobs.Fetch;

/// <summary>Servers that are slow, or never come to an end: with headers, with answers, with a body.</summary>
public sealed class EndlessServerTests
{
    [Theory]
    [MemberData(nameof(DownloadBed.Models), MemberType = typeof(DownloadBed))]
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
    [MemberData(nameof(DownloadBed.Models), MemberType = typeof(DownloadBed))]
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
    [InlineData(ExecutionModel.Inline)]
    [InlineData(ExecutionModel.Threads)]
    [InlineData(ExecutionModel.Async)]
    public async Task Fetch_NoAnswer_TimesOutAndTriesAgain(ExecutionModel model)
    {
        VirtualTimeProvider clock = new();
        TimeSpan patience = TimeSpan.FromMilliseconds(250);
        await using HostileServer server = HostileServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            if (connection.Number == 3)
            {
                await connection.SendAsync(HostileServer.Ok("late"));
                return;
            }

            clock.Advance(patience);

            // Next is the pause before the further attempt.
            await clock.AdvanceToNextTimerAsync(connection.Stopping);
            await connection.HangAsync();
        });
        using DownloadBed bed = new();

        ItemResult result = await bed.FetchOneAsync(
            bed.Options(server.Url()) with { IdleTimeout = patience, RetryDelay = TimeSpan.FromSeconds(1), TimeProvider = clock }, model);

        Assert.Equal((ItemStatus.Succeeded, 3), (result.Status, result.Attempts));
        Assert.Equal("late", File.ReadAllText(bed.PathOf("file.txt")));
    }

    // A worker process goes by the time of the machine: where that stands still, an answer may come too late that was sent in time.
    [Fact]
    public async Task Fetch_NoAnswerInAWorkerProcess_TimesOutAndTriesAgain()
    {
        await using HostileServer server = HostileServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await (connection.Number < 3 ? connection.HangAsync() : connection.SendAsync(HostileServer.Ok("late")));
        });
        using DownloadBed bed = new();

        ItemResult result = await bed.FetchOneAsync(
            bed.Options(server.Url()) with { IdleTimeout = TimeSpan.FromMilliseconds(250), Retries = 50 }, ExecutionModel.Processes);

        Assert.Equal(ItemStatus.Succeeded, result.Status);
        Assert.InRange(result.Attempts, 3, 51);
        Assert.Equal("late", File.ReadAllText(bed.PathOf("file.txt")));
    }

    [Theory]
    [MemberData(nameof(DownloadBed.Models), MemberType = typeof(DownloadBed))]
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
    [MemberData(nameof(DownloadBed.Models), MemberType = typeof(DownloadBed))]
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
    [InlineData(ExecutionModel.Inline)]
    [InlineData(ExecutionModel.Threads)]
    [InlineData(ExecutionModel.Async)]
    public async Task Fetch_MaxTime_EndsTheRetriesToo(ExecutionModel model)
    {
        VirtualTimeProvider clock = new();
        TimeSpan most = TimeSpan.FromSeconds(3);
        await using HostileServer server = BusyThenSilent(() => clock.Advance(most));
        using DownloadBed bed = new();

        ItemResult result = await bed.FetchOneAsync(bed.Options(server.Url()) with { Retries = 1_000, MaxTime = most, TimeProvider = clock }, model);

        Assert.Equal((FailureKind.Timeout, 2), (result.ErrorKind, result.Attempts));
    }

    // By the time of the machine: where that stands still, the item's time may be over before its first attempt is.
    [Fact]
    public async Task Fetch_MaxTimeInAWorkerProcess_EndsTheRetriesToo()
    {
        await using HostileServer server = BusyThenSilent(static () => { });
        using DownloadBed bed = new();

        ItemResult result = await bed.FetchOneAsync(
            bed.Options(server.Url()) with { Retries = 1_000, MaxTime = TimeSpan.FromSeconds(3) }, ExecutionModel.Processes);

        Assert.InRange(result.Attempts, 1, 2);
        Assert.Contains(result.ErrorKind, result.Attempts == 1 ? (string[])[FailureKind.Timeout, FailureKind.Http5xx] : [FailureKind.Timeout]);
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

    /// <summary>Fails the first request at once, so that only the second can meet the end of the item's time, and answers no other.</summary>
    private static HostileServer BusyThenSilent(Action onSecond)
    {
        int requests = 0;
        return HostileServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            if (Interlocked.Increment(ref requests) > 1)
            {
                onSecond();
                await connection.HangAsync();
            }

            await connection.SendAsync("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        });
    }

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
}
