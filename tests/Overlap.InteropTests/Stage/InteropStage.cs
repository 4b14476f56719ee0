using System.Globalization;
using Overlap.Distributed.Redis;
using Overlap.Distributed.Redis.Resp;
using Overlap.Distributed.Tests.Redis;
using Overlap.InteropTests.Stage;

[assembly: AssemblyFixture(typeof(InteropStage))]

namespace Overlap.InteropTests.Stage;

/// <summary>What all tests share: one Redis, and one Celery worker on a database of its own. Each is started by the first that asks.</summary>
public sealed class InteropStage : IAsyncDisposable
{
    private const int PythonDatabase = 1;
    private const int FirstOwnDatabase = 2;

    private readonly Lazy<Task<RedisProcess>> _redis = new(static async () =>
    {
        await Programs.EnsureAsync();
        return await RedisProcess.StartAsync();
    });

    private readonly Lazy<Task<CeleryWorker>> _worker;
    private int _nextDatabase = FirstOwnDatabase - 1;

    public InteropStage() => _worker = new(async () =>
        await CeleryWorker.StartAsync((await _redis.Value).Url(PythonDatabase), "shared@python", ["-c", "2", "-Q", "celery,videos,media"]));

    /// <summary>A database that nobody has used.</summary>
    public async Task<string> NewDatabaseAsync() => (await _redis.Value).Url(Interlocked.Increment(ref _nextDatabase));

    /// <summary>The database whose default queue a Celery worker consumes.</summary>
    public async Task<string> PythonWorkerAsync()
    {
        await _worker.Value;
        return (await _redis.Value).Url(PythonDatabase);
    }

    /// <summary>Carries out one command over a link of its own, as a stranger would.</summary>
    internal static async Task<RespValue> AskAsync(string url, params string[] command)
    {
        await using RespClient client = new(RedisUrl.Parse(url), new RedisLinkOptions(), "stranger");
        RespBatch batch = new();
        batch.Add([.. command.Select(static argument => (RespArgument)argument)]);
        return (await client.ExecuteAsync(batch, CancellationToken.None))[0].OrThrow();
    }

    /// <summary>What is on a server and belongs to no result: messages that wait, are held, or are put aside.</summary>
    /// <remarks>A name in the table of claims is no message: the claim's own list is, and a list of nothing does not exist.</remarks>
    internal static async Task<string[]> KeysOfMessagesAsync(string url) =>
    [
        .. (await AskAsync(url, "KEYS", "*")).Items.ToArray().Select(static key => key.AsText())
            .Where(static key => !key.StartsWith("celery-task-meta-", StringComparison.Ordinal) && !key.StartsWith("_kombu.binding.", StringComparison.Ordinal)
                && key != "_overlap.claims")
            .Order(StringComparer.Ordinal),
    ];

    public async ValueTask DisposeAsync()
    {
        if (_worker.IsValueCreated && _worker.Value.IsCompletedSuccessfully)
        {
            await (await _worker.Value).DisposeAsync();
        }

        if (_redis.IsValueCreated && _redis.Value.IsCompletedSuccessfully)
        {
            await (await _redis.Value).DisposeAsync();
        }
    }

    internal static string Text(double seconds) => seconds.ToString(CultureInfo.InvariantCulture);
}
