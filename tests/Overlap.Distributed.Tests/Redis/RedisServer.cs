using Overlap.Distributed.Redis;
using Overlap.Distributed.Redis.Resp;
using Overlap.Distributed.Tests.Redis;

[assembly: AssemblyFixture(typeof(RedisServer))]

namespace Overlap.Distributed.Tests.Redis;

/// <summary>One server for all tests that harm it not; each has a database of its own. Started by the first that asks.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly Lazy<Task<RedisProcess>> _process = new(static () => RedisProcess.StartAsync());
    private int _lastDatabase;

    /// <summary>Gives the URL of a database that nobody has used.</summary>
    public async Task<string> NewDatabaseAsync() => (await _process.Value).Url(Interlocked.Increment(ref _lastDatabase));

    public async ValueTask DisposeAsync()
    {
        if (_process.IsValueCreated && _process.Value.IsCompletedSuccessfully)
        {
            await (await _process.Value).DisposeAsync();
        }
    }

    /// <summary>Carries out commands over a link of its own, as a stranger would.</summary>
    internal static async Task<RespValue[]> RunAsync(string url, params string[][] commands)
    {
        await using RespClient client = new(RedisUrl.Parse(url), new RedisLinkOptions(), "stranger");
        RespBatch batch = new();
        foreach (string[] command in commands)
        {
            batch.Add([.. command.Select(static argument => (RespArgument)argument)]);
        }

        return await client.ExecuteAsync(batch, CancellationToken.None);
    }

    /// <summary>Carries out one command that gives a list of texts.</summary>
    internal static async Task<string[]> TextsAsync(string url, params string[] command) =>
        [.. (await RunAsync(url, command))[0].OrThrow().Items.ToArray().Select(static item => item.AsText())];
}
