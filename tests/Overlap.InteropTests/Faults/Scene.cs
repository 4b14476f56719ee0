using Microsoft.Data.Sqlite;
using Overlap.Distributed.Backends;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Client;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Redis;
using Overlap.Distributed.Sqlite;
using Overlap.Distributed.Tasks;
using Overlap.Distributed.Tests.Redis;
using Overlap.InteropTests.Stage;

namespace Overlap.InteropTests.Faults;

/// <summary>A queue, a client that writes into the ledger what was accepted, and workers that come and go.</summary>
internal sealed class Scene : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly List<FleetWorker> _workers = [];
    private readonly DirectoryInfo? _folder;

    private Scene(string url, RedisProcess? redis, DirectoryInfo? folder)
    {
        Url = url;
        Redis = redis;
        _folder = folder;
        if (folder is null)
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

    public RedisProcess? Redis { get; }

    public IBroker Broker { get; }

    public IResultBackend Backend { get; }

    public TaskClient Client { get; }

    public Ledger Ledger { get; } = new();

    public List<TaskHandle> Handles { get; } = [];

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

    public async Task<FleetWorker> StartWorkerAsync()
    {
        FleetWorker worker = await FleetWorker.StartAsync(Url, Ledger);
        _workers.Add(worker);
        return worker;
    }

    /// <summary>Sends calls that take a little.</summary>
    public async Task SendAsync(int count, double seconds = 0.02)
    {
        for (int number = 0; number < count; number++)
        {
            TaskHandle handle = await Client.SendAsync(new Signature("tasks.note", Handles.Count, seconds));
            Ledger.Accept(handle.Id);
            Handles.Add(handle);
        }
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

        await Task.WhenAll(_workers.Where(static worker => !worker.Ended.IsCompleted).Select(static worker => worker.StopAsync()));
        return await Ledger.JudgeAsync(Backend, await CountLeftAsync());
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
        if (Redis is null)
        {
            await using SqliteConnection connection = new($"Data Source={SqliteOptions.FromUrl(Url).Path};Mode=ReadOnly;Pooling=False");
            await connection.OpenAsync();
            await using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "SELECT count(*) FROM overlap_message";
            return (long)(await command.ExecuteScalarAsync())!;
        }

        long held = (await InteropStage.AskAsync(Url, "HLEN", "unacked")).AsInteger() + (await InteropStage.AskAsync(Url, "ZCARD", "_overlap.deferred")).AsInteger();
        return held + await Broker.CountAsync("celery");
    }
}
