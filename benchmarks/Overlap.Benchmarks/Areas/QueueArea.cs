using System.Diagnostics;
using System.Runtime.CompilerServices;
using Overlap.Benchmarks.Areas.Queue;
using Overlap.Benchmarks.Commands;
using Overlap.Benchmarks.Measuring;
using Overlap.Distributed.Client;
using Overlap.Distributed.Redis;
using Overlap.Distributed.Tasks;
using Overlap.Distributed.Worker;

namespace Overlap.Benchmarks.Areas;

/// <summary>The queue over Redis beside Celery: the same server, the same keys.</summary>
internal sealed class QueueArea : BenchmarkArea
{
    private const int OurDatabase = 1;
    private const int TheirDatabase = 2;
    private const int Calls = 2_000;
    private const int ManyCalls = 20_000;
    private const int RoundTrips = 300;
    private const int FarCalls = 100_000;
    private const int Concurrency = 2;

    // Longer than a worker of either kind takes to come to rest.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(12);

    private const string Celery = "Celery";
    private const string OneByOne = "SendAsync, awaited each";
    private const string Together = "SendManyAsync";
    private const string Ours = "WorkerHost";

    private static readonly Metric Median = new("p50", "ms", "0.00");
    private static readonly Metric Tail = new("p99", "ms", "0.00");

    public override string Name => "queue";

    public override string Summary => "the task queue over Redis against Celery: enqueue, drain, round trip, memory";

    public override IReadOnlyList<Requirement> Requirements => [Requirement.CPython, Requirement.Redis, Requirement.Celery];

    public override async IAsyncEnumerable<ComparisonResult> MeasureAsync(
        BenchmarkContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!context.Available.Contains(Requirement.Redis))
        {
            throw new InvalidOperationException("there is no redis-server");
        }

        await using RedisPeer redis = await RedisPeer.StartAsync(cancellationToken);
        string url = redis.Url(OurDatabase);
        await using RedisBroker broker = new(url);
        await using RedisBackend backend = new(url);
        TaskClient client = new(broker, backend);
        yield return await EnqueueAsync(context, redis, broker, client, cancellationToken);
        yield return await DrainAsync(context, redis, broker, backend, client, ignoresResult: false, cancellationToken);
        yield return await DrainAsync(context, redis, broker, backend, client, ignoresResult: true, cancellationToken);
        await using QueueWorker worker = await QueueWorker.StartAsync(url, cancellationToken);
        yield return await RoundTripAsync(context, redis, client, cancellationToken);
        yield return await MemoryAsync(context, redis, worker, cancellationToken);
        yield return await FarCallsAsync(context, client, worker, cancellationToken);
    }

    private static async Task<ComparisonResult> EnqueueAsync(
        BenchmarkContext context, RedisPeer redis, RedisBroker broker, TaskClient client, CancellationToken cancellationToken)
    {
        await using PeerContender celery = Peer(context, redis, "enqueue", "noop.delay()", Calls);
        Signature noop = new("tasks.noop");
        ComparisonResult result = await context.Runner.RunAsync(
            new Comparison
            {
                Title = "Calls of a task that does nothing are sent, by one client",
                Contenders = context.Only(
                    (null, Emptied(broker, OneByOne, "await client.SendAsync(noop)", Calls, async items =>
                    {
                        for (int sent = 0; sent < items; sent++)
                        {
                            await client.SendAsync(noop, cancellationToken);
                        }
                    })),
                    (null, Emptied(broker, Together, $"await client.SendManyAsync({ManyCalls:N0} × noop)", ManyCalls, async items =>
                        await client.SendManyAsync(Enumerable.Repeat(noop, items), cancellationToken))),
                    (Requirement.Celery, celery)),
                Ratios = [Metric.PerItem, Metric.CpuPerItem],
                Targets = [Target.SpeedUp(OneByOne, Metric.PerItem, 5, Celery), Target.SpeedUp(Together, Metric.PerItem, 30, Celery)],
                WarmUps = 2,
                Note = "Celery's delay returns when Redis has replied, as SendAsync does.",
            },
            cancellationToken);
        await broker.PurgeAsync("celery", cancellationToken);
        return result;
    }

    private static async Task<ComparisonResult> DrainAsync(
        BenchmarkContext context, RedisPeer redis, RedisBroker broker, RedisBackend backend, TaskClient client, bool ignoresResult, CancellationToken cancellationToken)
    {
        string results = ignoresResult ? "off" : "on";
        await using PeerContender celery = Peer(context, redis, ignoresResult ? "drain-ignored" : "drain-stored", "celery worker -c 2", Calls);
        Signature noop = new("tasks.noop") { Options = new CallOptions { IgnoresResult = ignoresResult } };
        return await context.Runner.RunAsync(
            new Comparison
            {
                Title = $"A full queue of calls that do nothing is drained, results {results}",
                Contenders = context.Only(
                    (null, new FilledContender
                    {
                        Name = Ours,
                        Shown = $"WorkerHost, concurrency {Concurrency}",
                        FillAsync = async () =>
                        {
                            await broker.PurgeAsync("celery", cancellationToken);
                            await client.SendManyAsync(Enumerable.Repeat(noop, ManyCalls), cancellationToken);
                        },
                        Loop = new LoopContender { Name = Ours, Shown = "", Items = ManyCalls, Loop = items => DrainAsync(broker, backend, items) },
                    }),
                    (Requirement.Celery, celery)),
                Ratios = [Metric.PerItem, Metric.CpuPerItem],
                Targets = [Target.SpeedUp(Ours, Metric.PerItem, ignoresResult ? 25 : 20, Celery)],
                WarmUps = 2,
                Note = $"Ours drains {ManyCalls:N0} calls, from the start of the worker to its stop, when all is acknowledged; Celery's worker {Calls:N0}, from its first call to its last.",
            },
            cancellationToken);
    }

    private static async Task DrainAsync(RedisBroker broker, RedisBackend backend, int items)
    {
        int left = items;
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskRegistry registry = new TaskRegistry().Add("tasks.noop", () =>
        {
            if (Interlocked.Decrement(ref left) == 0)
            {
                done.SetResult();
            }
        });
        await using WorkerHost host = new(broker, registry, backend, new WorkerOptions { Concurrency = Concurrency });
        await host.StartAsync();
        await done.Task;
        await host.StopAsync();
        if (host.GetStatistics() is not { Returned: 0 } statistics || statistics.Succeeded != items)
        {
            throw new InvalidOperationException("Not all calls were done once.");
        }
    }

    private static async Task<ComparisonResult> RoundTripAsync(BenchmarkContext context, RedisPeer redis, TaskClient client, CancellationToken cancellationToken)
    {
        await using PeerContender celery = Peer(context, redis, "roundtrip", "add.delay(2, 2).get()", RoundTrips, ("p50", Median), ("p99", Tail));
        return await context.Runner.RunAsync(
            new Comparison
            {
                Title = "From the call to its result, one after the other, nothing else to do",
                Contenders = context.Only(
                    (null, new ProbeContender { Name = Ours, Shown = "await (await client.SendAsync<int>(add)).GetAsync()", Probe = token => RoundTripsAsync(client, token) }),
                    (Requirement.Celery, celery)),
                Ratios = [Median, Tail],
                Targets = [Target.AtMostTimes(Ours, Median, 0.2, Celery), Target.AtMostTimes(Ours, Tail, 0.25, Celery)],
                WarmUps = 10,
                Note = "Client and worker are two processes here and there.",
            },
            cancellationToken);
    }

    private static async Task<IReadOnlyDictionary<Metric, double>> RoundTripsAsync(TaskClient client, CancellationToken cancellationToken)
    {
        Signature add = new("tasks.add", 2, 2);
        double[] times = new double[RoundTrips];
        for (int index = 0; index < times.Length; index++)
        {
            long started = Stopwatch.GetTimestamp();
            TaskHandle<int> handle = await client.SendAsync<int>(add, cancellationToken);
            if (await handle.GetAsync(cancellationToken: cancellationToken) != 4)
            {
                throw new InvalidOperationException("A wrong sum");
            }

            times[index] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }

        Array.Sort(times);
        return new Dictionary<Metric, double> { [Median] = times[RoundTrips / 2], [Tail] = times[RoundTrips * 99 / 100] };
    }

    private static async Task<ComparisonResult> MemoryAsync(BenchmarkContext context, RedisPeer redis, QueueWorker worker, CancellationToken cancellationToken)
    {
        await using PeerContender celery = Peer(context, redis, "memory", "celery worker -c 2", 1, ("mebibytes", Metric.Memory));
        return await context.Runner.RunAsync(
            new Comparison
            {
                Title = "Memory of a worker that has worked and waits",
                Contenders = context.Only(
                    (null, new ProbeContender
                    {
                        Name = Ours,
                        Shown = "a process with one WorkerHost, concurrency 2",
                        Probe = async token =>
                        {
                            await Task.Delay(Rest, token);
                            return new Dictionary<Metric, double> { [Metric.Memory] = worker.ReadMebibytes() };
                        },
                    }),
                    (Requirement.Celery, celery)),
                Ratios = [Metric.Memory],
                Targets = [Target.AtMostTimes(Ours, Metric.Memory, 0.7, Celery)],
                Note = $"In MiB: what its processes have for themselves, and their share of what they have together with others (Pss). Ours has done the round trips above, Celery's 50; both have rested for {Rest.TotalSeconds:0} s.",
            },
            cancellationToken);
    }

    private static async Task<ComparisonResult> FarCallsAsync(BenchmarkContext context, TaskClient client, QueueWorker worker, CancellationToken cancellationToken)
    {
        Signature far = new("tasks.add", 2, 2) { Options = new CallOptions { Countdown = TimeSpan.FromDays(1) } };
        return await context.Runner.RunAsync(
            new Comparison
            {
                Title = $"Memory of a worker that has been given {FarCalls:N0} calls which are due tomorrow",
                Contenders =
                [
                    new ProbeContender
                    {
                        Name = Ours,
                        Shown = "a process with one WorkerHost, concurrency 2",
                        Probe = async token =>
                        {
                            long before = await worker.ReadDeferredAsync(token);
                            await client.SendManyAsync(Enumerable.Repeat(far, FarCalls), token);
                            while (await worker.ReadDeferredAsync(token) < before + FarCalls)
                            {
                                await Task.Delay(TimeSpan.FromMilliseconds(20), token);
                            }

                            return new Dictionary<Metric, double> { [Metric.Memory] = worker.ReadPeakMebibytes() };
                        },
                    },
                ],
                Ratios = [],
                Targets = [Target.AtMost(Ours, Metric.Memory, 200)],
                Note = "In MiB: the most that was ever resident (VmHWM), all since the process began. What is far is put aside at the broker.",
            },
            cancellationToken);
    }

    private static FilledContender Emptied(RedisBroker broker, string name, string shown, int items, Func<int, Task> loop) => new()
    {
        Name = name,
        Shown = shown,
        FillAsync = () => broker.PurgeAsync("celery").AsTask(),
        Loop = new LoopContender { Name = name, Shown = shown, Items = items, Loop = loop },
    };

    private static PeerContender Peer(BenchmarkContext context, RedisPeer redis, string job, string shown, int items, params (string Name, Metric Metric)[] counts) => new()
    {
        Name = Celery,
        Shown = $"{shown} (benchmarks/peers/queue/celery_queue.py {job})",
        Command = ["/usr/bin/env", "-u", "NO_COLOR", Requirement.Python, "-W", "ignore", context.Workshop.Source("queue/celery_queue.py"), job, redis.Url(TheirDatabase)],
        Items = items,
        Counts = counts.ToDictionary(static count => count.Name, static count => count.Metric),
    };
}
