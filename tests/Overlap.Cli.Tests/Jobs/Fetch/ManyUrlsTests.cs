using System.Net;
using Overlap.Cli.Jobs;
using Overlap.Cli.Jobs.Fetch;
using Overlap.Executors;

namespace Overlap.Cli.Tests.Jobs.Fetch;

/// <summary>Many URLs at one host, many hosts, and hosts that hold each other up.</summary>
public sealed class ManyUrlsTests
{
    [Theory]
    [InlineData(ExecutionModel.Async)]
    [InlineData(ExecutionModel.Threads)]
    [InlineData(ExecutionModel.Processes)]
    public async Task Fetch_ManyUrlsAtOneHost_AsksExactlyAsManyAtOnceAsAllowed(ExecutionModel model)
    {
        int inFlight = 0;
        int most = 0;
        TaskCompletionSource three = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using HostileServer server = HostileServer.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
            {
                int now = Interlocked.Increment(ref inFlight);
                InterlockedMax(ref most, now);
                if (now == 3)
                {
                    three.TrySetResult();
                }

                await three.Task.WaitAsync(connection.Stopping);
                Interlocked.Decrement(ref inFlight);
                await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
            }
        });
        using DownloadBed bed = new();

        IReadOnlyList<ItemResult> results = await bed.FetchAsync(
            bed.Options([.. Enumerable.Range(0, 100).Select(n => server.Url($"/{n}"))]) with { PerHost = 3 }, model);

        Assert.All(results, result => Assert.Equal(ItemStatus.Succeeded, result.Status));
        Assert.Equal(3, most);
    }

    [Fact]
    public async Task Fetch_ThousandsOfHosts_StoresEveryFileOnce()
    {
        await using HostileServer server = HostileServer.Answering(HostileServer.Ok("x"));
        using DownloadBed bed = new();
        const int Hosts = 3_000;

        IReadOnlyList<ItemResult> results = await bed.FetchAsync(
            bed.Options([.. Enumerable.Range(0, Hosts).Select(n => $"http://h{n}.example:{server.Port}/file.txt")]),
            resolve: (_, _) => Task.FromResult(new[] { IPAddress.Loopback }));

        Assert.Equal(Hosts, results.Count(result => result.Status == ItemStatus.Succeeded));
        Assert.Equal(Hosts, bed.Names.Length);
    }

    [Theory]
    [InlineData(ExecutionModel.Async)]
    [InlineData(ExecutionModel.Threads)]
    public async Task Fetch_NameThatTakesLong_HoldsUpNoOtherHost(ExecutionModel model)
    {
        TaskCompletionSource<IPAddress[]> slow = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using HostileServer server = HostileServer.Start(async connection =>
        {
            string head = (await connection.ReadRequestAsync())!;
            await connection.SendAsync(HostileServer.Ok("x"));
            if (head.Contains("Host: quick.example", StringComparison.Ordinal))
            {
                slow.TrySetResult([IPAddress.Loopback]);
            }
        });
        using DownloadBed bed = new();

        IReadOnlyList<ItemResult> results = await bed.FetchAsync(
            bed.Options($"http://slow.example:{server.Port}/a", $"http://quick.example:{server.Port}/b"),
            model,
            resolve: (name, _) => name.StartsWith("slow", StringComparison.Ordinal) ? slow.Task : Task.FromResult(new[] { IPAddress.Loopback }));

        // Were the quick one held up, its request would never come, and the slow name would never be known. Which of the two ends first is open.
        Assert.Collection(server.Requests, head => Assert.Contains("Host: quick.example", head), head => Assert.Contains("Host: slow.example", head));
        Assert.Equal(2, results.Count);
        Assert.All(results, result => Assert.Equal(ItemStatus.Succeeded, result.Status));
    }

    [Fact]
    public async Task Fetch_Comparison_KeepsTheLastFolderAndNothingBesideIt()
    {
        await using HostileServer server = HostileServer.Answering(HostileServer.Ok("x"));
        using DownloadBed bed = new();
        JobPlan plan = JobPlan.Of(place => new FetchJob(bed.Options(server.Url()), place));

        foreach ((string name, bool keep) in new[] { ("inline", false), ("async", true) })
        {
            using RunControl control = new(TimeProvider.System);
            RunReport report = await plan.RunAsync(
                new RunPlace(name), keep, new RunSettings { Model = ExecutionModel.Async }, control, []);
            Assert.Equal(1, report.Succeeded);
        }

        Assert.Equal(2, server.Requests.Count);
        Assert.Equal(["file.txt"], bed.Names);
        bed.AssertUntouched();
    }

    [Fact]
    public async Task Fetch_ComparisonIntoAFolderWithFiles_RefusesAndTakesNothing()
    {
        using DownloadBed bed = new();
        File.WriteAllText(bed.PathOf("mine"), "");
        JobPlan plan = JobPlan.Of(place => new FetchJob(bed.Options("http://127.0.0.1:1/x"), place));
        using RunControl control = new(TimeProvider.System);

        RunException failure = await Assert.ThrowsAsync<RunException>(() => plan.RunAsync(
            new RunPlace("async"), keep: true, new RunSettings { Model = ExecutionModel.Async }, control, []));

        Assert.Equal(ExitCode.Usage, failure.ExitCode);
        Assert.Equal(["mine"], bed.Names);
        bed.AssertUntouched();
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while (value > (seen = Volatile.Read(ref target)) && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }
}
