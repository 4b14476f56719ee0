using System.Collections.Concurrent;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Client;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Redis;
using Overlap.Distributed.Sqlite;
using Overlap.Distributed.Tasks;
using Overlap.Distributed.Worker;
using Overlap.InteropTests.Stage;

namespace Overlap.InteropTests.Faults;

/// <summary>
/// Each fault point of the code, once: the worker's process dies there, or what it does there fails. Each time there is a call with a sequel, one that
/// is tried again, one whose date is far away, one of an unknown task, and what a dead consumer has left; all must be done, and nothing twice without reason.
/// </summary>
[Trait("kind", "stress")]
public sealed class FaultPointTests(InteropStage stage)
{
    private const int AtATime = 6;
    private const string Follower = "follower";
    private const string Unknown = "unknown";

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("redis")]
    [InlineData("sqlite")]
    public async Task Worker_DiesAtEachPoint_NothingIsLostOrTwiceWithoutReason(string kind) => await SweepAsync(kind, async (scene, point) =>
    {
        FleetWorker victim = await scene.StartWorkerAsync("dies", point);
        Assert.Equal(point, await victim.StrikeAsync());
        await victim.WaitStruckAsync();

        await using IBroker broker = scene.IsRedis ? new RedisBroker(scene.Url, new RedisBrokerOptions { Lease = Lease }) : new SqliteBroker(OptionsOf(scene));
        await using WorkerHost heir = new(broker, RegistryOf(scene.Ledger), scene.Backend, new WorkerOptions { Concurrency = 2 });
        await heir.StartAsync();
        await JudgeAsync(scene);
    });

    [Theory]
    [InlineData("redis")]
    [InlineData("sqlite")]
    public async Task Worker_FailsAtEachPoint_NothingIsLostOrTwiceWithoutReason(string kind) => await SweepAsync(kind, async (scene, point) =>
    {
        // Nobody is told that what follows was sent, so it is sent again.
        if (point is "redis.publication-made" or "sqlite.publication-made" or "worker.sequel-sent")
        {
            scene.Ledger.Doubt(Follower);
        }

        FleetWorker worker = await scene.StartWorkerAsync("fails", point);
        Assert.Equal(point, await worker.StrikeAsync());
        await JudgeAsync(scene);
    });

    private async Task SweepAsync(string kind, Func<Scene, string, Task> actAsync)
    {
        ConcurrentDictionary<string, string> wrong = [];
        await Parallel.ForEachAsync(FaultPoints.Of(kind), new ParallelOptions { MaxDegreeOfParallelism = AtATime }, async (point, _) =>
        {
            try
            {
                await using Scene scene = await OpenAsync(kind);
                await using IAsyncDisposable dead = await LeaveBehindAsync(scene);
                await PlayAsync(scene);
                await actAsync(scene, point);
            }
            catch (Exception error)
            {
                wrong[point] = error.Message;
            }
        });

        Assert.True(wrong.IsEmpty, string.Join('\n', wrong.Select(static pair => $"{pair.Key}: {pair.Value}")));
    }

    private static async Task JudgeAsync(Scene scene)
    {
        // The one of an unknown task fails, and is not among those that are to be done.
        ResultDocument refused = await scene.Client.GetHandle<WireValue>(Unknown).WaitAsync().AsTask().WaitAsync(Patience);
        Verdict verdict = await scene.JudgeAsync();
        Assert.True(verdict.IsInnocent, $"{verdict}");
        Assert.Equal("NotRegistered", refused.Error?.Type);
        Assert.Equal(1, await scene.Broker.DeadLetters.CountAsync());
    }

    private async Task<Scene> OpenAsync(string kind) => kind == "redis" ? Scene.OpenAt(await stage.NewDatabaseAsync()) : await Scene.OpenAsync(kind);

    // What a worker meets that comes after one that died: a call that it held, one that it put aside and that is due; and over Redis one that it had
    // taken and not yet written down.
    private static async Task<IAsyncDisposable> LeaveBehindAsync(Scene scene)
    {
        PastTime clock = new();
        await scene.SendAsync(2, seconds: 0);
        IBroker past = scene.IsRedis
            ? new RedisBroker(scene.Url, new RedisBrokerOptions { Lease = Lease, TimeProvider = clock })
            : new SqliteBroker(OptionsOf(scene) with { TimeProvider = clock });
        IBrokerConsumer silent = await past.ConsumeAsync(new ConsumerOptions { Queues = ["celery"] });
        Delivery delivery = Assert.Single(await silent.ReceiveAsync(1, CancellationToken.None));
        Settlement aside = new(delivery, SettlementKind.Defer) { Due = clock.GetUtcNow() + Lease };
        Assert.Equal([true], await silent.SettleAsync(new[] { aside }, CancellationToken.None));
        Assert.Single(await silent.ReceiveAsync(1, CancellationToken.None));
        if (scene.IsRedis)
        {
            const string List = "gone.1.0";
            await scene.SendAsync(1, seconds: 0);
            await InteropStage.AskAsync(scene.Url, "ZADD", "_overlap.claims", "1000000", $"{List} celery");
            await InteropStage.AskAsync(scene.Url, "LMOVE", "celery", $"_overlap.claim.{List}", "RIGHT", "LEFT");
        }

        return past;
    }

    private static async Task PlayAsync(Scene scene)
    {
        Signature sequel = new("tasks.note", 1, 0) { IsImmutable = true, Options = new CallOptions { TaskId = Follower } };
        TaskHandle first = await scene.SendAsync(new Signature("tasks.note", 0, 0.6) { Options = new CallOptions { Callbacks = [sequel.ToWire()] } });
        scene.Ledger.Follow(Follower, first.Id);
        scene.Ledger.Accept(Follower);
        scene.Handles.Add(scene.Client.GetHandle<WireValue>(Follower));
        await scene.SendAsync(new Signature("tasks.again"));
        await scene.Client.SendAsync(new Signature("tasks.unknown") { Options = new CallOptions { TaskId = Unknown } });

        // Put aside by whoever takes it, and there still when all is over.
        await scene.Client.SendAsync(new Signature("tasks.note", 2, 0) { Options = new CallOptions { Countdown = TimeSpan.FromHours(1) } });
        scene.Far = 1;
    }

    private static SqliteOptions OptionsOf(Scene scene) => SqliteOptions.FromUrl(scene.Url) with { Lease = Lease };

    private static TaskRegistry RegistryOf(Ledger ledger) => new TaskRegistry()
        .Add("tasks.note", async (long number, double seconds, TaskContext context) =>
        {
            ledger.Start("heir", context.Id);
            await Task.Delay(TimeSpan.FromSeconds(seconds), context.TimeProvider);
            ledger.Finish("heir", context.Id);
            return number;
        })
        .Add("tasks.again", (TaskContext context) =>
        {
            if (context.Retries == 0)
            {
                throw context.Retry(TimeSpan.Zero);
            }

            ledger.Start("heir", context.Id);
            ledger.Finish("heir", context.Id);
        });
}
