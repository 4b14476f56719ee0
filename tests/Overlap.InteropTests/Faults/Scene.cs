using Microsoft.Data.Sqlite;
using Overlap.Distributed.Backends;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Client;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Redis;
using Overlap.Distributed.Redis.Resp;
using Overlap.Distributed.Sqlite;
using Overlap.Distributed.Tasks;
using Overlap.Distributed.Tests.Redis;
using Overlap.InteropTests.Stage;
using SQLitePCL;

namespace Overlap.InteropTests.Faults;

/// <summary>A queue, a client that writes into the ledger what was accepted, and workers that come and go.</summary>
internal sealed class Scene : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(20);

    private readonly List<FleetWorker> _workers = [];
    private readonly DirectoryInfo? _folder;

    private Scene(string url, RedisProcess? redis, DirectoryInfo? folder)
    {
        Url = url;
        Redis = redis;
        _folder = folder;
        IsRedis = folder is null;
        if (IsRedis)
        {
            Broker = new RedisBroker(url);
            Backend = new RedisBackend(url);
        }
        else
        {
            SqliteOptions options = SqliteOptions.FromUrl(url);
            Broker = new SqliteBroker(options);
            Backend = new SqliteBackend(options);
        }

        Client = new TaskClient(Broker, Backend);
    }

    public string Url { get; }

    public bool IsRedis { get; }

    public RedisProcess? Redis { get; }

    public IBroker Broker { get; }

    public IResultBackend Backend { get; }

    public TaskClient Client { get; }

    public Ledger Ledger { get; } = new();

    public List<TaskHandle> Handles { get; } = [];

    /// <summary>How many messages are to be at the broker still when all is over: their date is far away.</summary>
    public int Far { get; set; }

    /// <summary>Opens a queue of its own: <c>redis</c>, whose server writes each command to its file before it replies, or <c>sqlite</c>.</summary>
    public static async Task<Scene> OpenAsync(string kind)
    {
        if (kind == "sqlite")
        {
            DirectoryInfo folder = Directory.CreateTempSubdirectory("overlap-faults-");
            return new Scene($"sqlite:///{Path.Combine(folder.FullName, "queue.db")}", redis: null, folder);
        }

        await Programs.EnsureAsync();
        RedisProcess redis = await RedisProcess.StartAsync("--appendonly", "yes", "--appendfsync", "always");
        return new Scene(redis.Url(), redis, folder: null);
    }

    /// <summary>Opens a database of a server that others use too.</summary>
    public static Scene OpenAt(string url) => new(url, redis: null, folder: null);

    /// <summary>Starts one that nobody is to miss: a busy machine may hold it up for long, and nothing of it is taken for lost.</summary>
    public Task<FleetWorker> StartPatientWorkerAsync() => StartWorkerAsync("lease", "5");

    public async Task<FleetWorker> StartWorkerAsync(params string[] way)
    {
        FleetWorker worker = await FleetWorker.StartAsync(Url, Ledger, way);
        _workers.Add(worker);
        return worker;
    }

    /// <summary>Whether somebody writes into the queue's file right now, or stands still while writing: others cannot write then.</summary>
    public bool IsLocked()
    {
        if (IsRedis)
        {
            return false;
        }

        // Asked below the driver, which waits for a lock.
        using SqliteConnection connection = new($"Data Source={SqliteOptions.FromUrl(Url).Path};Pooling=False");
        connection.Open();
        int answer = raw.sqlite3_exec(connection.Handle, "BEGIN IMMEDIATE");
        Assert.Contains(answer, (int[])[raw.SQLITE_OK, raw.SQLITE_BUSY]);
        return answer == raw.SQLITE_BUSY;
    }

    /// <summary>Sends a call that is to be done.</summary>
    public async Task<TaskHandle> SendAsync(Signature signature)
    {
        TaskHandle handle = await Client.SendAsync(signature);
        Ledger.Accept(handle.Id);
        Handles.Add(handle);
        return handle;
    }

    /// <summary>Sends calls that take a little.</summary>
    public async Task SendAsync(int count, double seconds = 0.02)
    {
        for (int number = 0; number < count; number++)
        {
            await SendAsync(new Signature("tasks.note", Handles.Count, seconds));
        }
    }

    /// <summary>Sends calls until a worker has begun one: on a busy machine others may do all that there is before it takes any.</summary>
    public async Task OccupyAsync(FleetWorker worker, int count, double seconds)
    {
        Task<string> begun = worker.NextStartAsync();
        do
        {
            await SendAsync(count, seconds);
            await Task.WhenAny(begun, Handles[^1].WaitAsync().AsTask());
        }
        while (!begun.IsCompleted);
        await begun;
    }

    /// <summary>Waits until all calls have ended, stops the workers that live, and judges.</summary>
    public async Task<Verdict> JudgeAsync()
    {
        using CancellationTokenSource patience = new(Patience);
        foreach (TaskHandle handle in Handles)
        {
            ResultDocument end = await handle.WaitAsync(cancellationToken: patience.Token);
            Assert.True(end.State == TaskState.Success, $"{handle.Id} ended as {end.State}: {end.Error}");
        }

        // Results are stored before messages are settled; and what was stored by one who died then is run again.
        for (long start = TimeProvider.System.GetTimestamp(); await CountLeftAsync() != Far && TimeProvider.System.GetElapsedTime(start) < Settling;)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, patience.Token);
        }

        await Task.WhenAll(_workers.Where(static worker => !worker.Ended.IsCompleted).Select(static worker => worker.StopAsync()));
        return await Ledger.JudgeAsync(Backend, await CountLeftAsync() - Far);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (FleetWorker worker in _workers)
        {
            await worker.DisposeAsync();
        }

        await Backend.DisposeAsync();
        await Broker.DisposeAsync();
        if (Redis is not null)
        {
            await Redis.DisposeAsync();
        }

        _folder?.Delete(recursive: true);
    }

    /// <summary>The id of the call that a dead letter was.</summary>
    public static string IdOf(DeadLetterRecord letter) => EnvelopeCodec.Read(letter.Raw, ProtocolLimits.Default).Headers["id"].AsText();

    // Held messages count too.
    private async Task<long> CountLeftAsync()
    {
        if (!IsRedis)
        {
            await using SqliteConnection connection = new($"Data Source={SqliteOptions.FromUrl(Url).Path};Mode=ReadOnly;Pooling=False");
            await connection.OpenAsync();
            await using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "SELECT count(*) FROM overlap_message";
            return (long)(await command.ExecuteScalarAsync())!;
        }

        long held = (await InteropStage.AskAsync(Url, "HLEN", "unacked")).AsInteger() + (await InteropStage.AskAsync(Url, "ZCARD", "_overlap.deferred")).AsInteger()
            + (await InteropStage.AskAsync(Url, "HLEN", "_overlap.restoring.messages")).AsInteger();
        foreach (RespValue claim in (await InteropStage.AskAsync(Url, "KEYS", "_overlap.claim.*")).Items.ToArray())
        {
            held += (await InteropStage.AskAsync(Url, "LLEN", claim.AsText())).AsInteger();
        }

        return held + await Broker.CountAsync("celery");
    }
}
