using System.Collections.Immutable;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Redis;
using Overlap.Distributed.Tasks;
using Overlap.Distributed.Tests.Redis;
using Overlap.Distributed.Worker;

namespace Overlap.Distributed.Tests.Worker;

/// <summary>Results that tell of their calls too.</summary>
public sealed class ExtendedResultTests(RedisServer server)
{
    private static readonly WorkerOptions Extending = new() { Concurrency = 2, ExtendsResults = true };

    [Fact]
    public async Task RunAsync_ExtendsResults_TellsWhatCelerysDo()
    {
        await using WorkerBench bench = new(Extending);
        bench.Registry.Add("tasks.add", (int a, int b) => a + b);
        await bench.StartAsync();

        ResultDocument document = await bench.RunAsync(new Signature("tasks.add", 2) { Kwargs = new WireMap([new("b", 3)]) });

        Assert.Equal(
            new WireMap(
            [
                new("name", "tasks.add"),
                new("args", ImmutableArray.Create<WireValue>(2)),
                new("kwargs", new WireMap([new("b", 3)])),
                new("worker", "worker@bench"),
                new("retries", 0),
                new("queue", "celery"),
            ]),
            document.Others);
    }

    [Fact]
    public async Task RunAsync_ExtendsResultsAndFails_FailureTellsOfItsCall()
    {
        await using WorkerBench bench = new(Extending);
        bench.Registry.Add("tasks.flaky", int (TaskContext context) => throw context.Retry(TimeSpan.Zero, maxRetries: 1));
        await bench.StartAsync();

        ResultDocument document = await bench.RunAsync(new Signature("tasks.flaky"));

        Assert.Equal(TaskState.Failure, document.State);
        Assert.Equal((WireValue)1, document.Others["retries"]);
    }

    [Fact]
    public async Task RunAsync_ExtendsResultsOfAnUnknownTask_FailureTellsOfItsCall()
    {
        await using WorkerBench bench = new(Extending);
        await bench.StartAsync();

        Assert.Equal((WireValue)"tasks.nowhere", (await bench.RunAsync(new Signature("tasks.nowhere"))).Others["name"]);
    }

    [Fact]
    public async Task RunAsync_NotExtended_TellsNothingMore()
    {
        await using WorkerBench bench = new();
        bench.Registry.Add("tasks.add", (int a, int b) => a + b);
        await bench.StartAsync();

        Assert.Empty((await bench.RunAsync(new Signature("tasks.add", 2, 3))).Others);
    }

    [Fact]
    public async Task RunAsync_ExtendedArgumentsHaveNoForm_ResultIsStoredWithoutThem()
    {
        await using WorkerBench bench = new(Extending);
        await using RedisBackend backend = new(await server.NewDatabaseAsync());
        bench.BackendOfHost = backend;
        bench.Registry.Add("tasks.is_number", (double value) => !double.IsNaN(value));
        await bench.StartAsync();
        await bench.Client.SendAsync(new Signature("tasks.is_number", double.NaN) { Options = new CallOptions { TaskId = "nan", Content = ContentKind.MessagePack } });

        ResultDocument document = await backend.WaitAsync("nan", null, CancellationToken.None).AsTask().WaitAsync(WorkerBench.Patience);

        Assert.Equal((WireValue)false, document.Result);
        Assert.Empty(document.Others);
    }

    [Fact]
    public async Task RunAsync_OneResultHasNoFormInRedis_OthersOfItsBatchAreStored()
    {
        await using WorkerBench bench = new();
        await using RedisBackend backend = new(await server.NewDatabaseAsync());
        bench.BackendOfHost = backend;
        bench.Registry.Add("tasks.inverse", (double value) => 1 / value);
        await bench.Client.SendManyAsync(new double[] { 1, 2, 0, 4 }.Select(static value => new Signature("tasks.inverse", value)
        {
            Options = new CallOptions { TaskId = $"of-{value}" },
        }));
        await bench.StartAsync();

        Assert.Equal((WireValue)1.0, (await EndOfAsync("of-1")).Result);
        Assert.Equal((WireValue)0.5, (await EndOfAsync("of-2")).Result);
        Assert.Equal((WireValue)0.25, (await EndOfAsync("of-4")).Result);
        Assert.Equal("EncodeError", (await EndOfAsync("of-0")).Error!.Type);

        Task<ResultDocument> EndOfAsync(string id) => backend.WaitAsync(id, null, CancellationToken.None).AsTask().WaitAsync(WorkerBench.Patience);
    }
}
