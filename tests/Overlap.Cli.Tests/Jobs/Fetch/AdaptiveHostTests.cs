using Overlap.Cli.Jobs;
using Overlap.Executors;

namespace Overlap.Cli.Tests.Jobs.Fetch;

/// <summary><c>--per-host auto</c>.</summary>
public sealed class AdaptiveHostTests
{
    [Theory]
    [InlineData(ExecutionModel.Async)]
    [InlineData(ExecutionModel.Threads)]
    public async Task Fetch_AdaptsPerHost_BeginsWithTwoAndAsksNeverMoreThanTheMost(ExecutionModel model)
    {
        int inFlight = 0;
        int most = 0;
        int requests = 0;
        int mostOfTheFirst = 0;
        await using HostileServer server = HostileServer.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
            {
                int now = Interlocked.Increment(ref inFlight);
                InterlockedMax(ref most, now);
                if (Interlocked.Increment(ref requests) <= 4)
                {
                    InterlockedMax(ref mostOfTheFirst, now);
                }

                Interlocked.Decrement(ref inFlight);
                await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
            }
        });
        using DownloadBed bed = new();

        IReadOnlyList<ItemResult> results = await bed.FetchAsync(
            bed.Options([.. Enumerable.Range(0, 200).Select(n => server.Url($"/{n}"))]) with { AdaptsPerHost = true, MostPerHost = 5 }, model);

        Assert.All(results, static result => Assert.Equal(ItemStatus.Succeeded, result.Status));
        Assert.InRange(mostOfTheFirst, 1, 2);
        Assert.InRange(most, 1, 5);
    }

    [Theory]
    [InlineData(ExecutionModel.Async)]
    [InlineData(ExecutionModel.Threads)]
    public async Task Fetch_AdaptsPerHostAndTheHostRefusesBeyondThree_StoresEveryFile(ExecutionModel model)
    {
        int inFlight = 0;
        int refused = 0;
        await using HostileServer server = HostileServer.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
            {
                bool isRefused = Interlocked.Increment(ref inFlight) > 3;
                if (isRefused)
                {
                    Interlocked.Increment(ref refused);
                }
                else
                {
                    await Task.Yield();
                }

                Interlocked.Decrement(ref inFlight);
                await connection.SendAsync(isRefused
                    ? "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n"
                    : "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
            }
        });
        using DownloadBed bed = new();

        IReadOnlyList<ItemResult> results = await bed.FetchAsync(
            bed.Options([.. Enumerable.Range(0, 150).Select(n => server.Url($"/{n}"))]) with { AdaptsPerHost = true, Retries = 20 }, model);

        Assert.All(results, static result => Assert.Equal(ItemStatus.Succeeded, result.Status));
        Assert.Equal(150, bed.Names.Length);
    }

    private static void InterlockedMax(ref int place, int value)
    {
        int seen = Volatile.Read(ref place);
        while (seen < value && Interlocked.CompareExchange(ref place, value, seen) is int found && found != seen)
        {
            seen = found;
        }
    }
}
