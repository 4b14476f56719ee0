using Overlap.Distributed.Redis.Resp;
using Overlap.Synchronization;

namespace Overlap.Distributed.Redis;

/// <summary>A link that one at a time uses, so that what it watches is its own.</summary>
internal sealed class RedisExclusive(RedisUrl url, RedisLinkOptions options, string name) : IAsyncDisposable
{
    private readonly RespClient _client = new(url, options, name);
    private readonly AsyncLock _turn = new();

    /// <summary>Does something on the link, alone. What it watches is forgotten afterwards.</summary>
    public async ValueTask<T> RunAsync<T>(Func<RespConnection, Task<T>> action, CancellationToken cancellationToken)
    {
        using Lease turn = await _turn.EnterAsync(cancellationToken).ConfigureAwait(false);
        RespConnection connection = await _client.GetConnectionAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await action(connection).ConfigureAwait(false);
        }
        catch (RespErrorException error) when (error.MeansAnotherMaster)
        {
            connection.Abort(error);
            throw;
        }
        finally
        {
            RespBatch batch = new();
            batch.Add("UNWATCH");
            await ((Task)connection.ExecuteAsync(batch)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync().ConfigureAwait(false);
        _turn.Dispose();
    }
}
