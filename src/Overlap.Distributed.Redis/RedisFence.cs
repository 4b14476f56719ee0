using Overlap.Distributed.Redis.Resp;

namespace Overlap.Distributed.Redis;

/// <summary>A lock among all who share the server, kept by a key that runs out; what is done under it is done only while it is held.</summary>
/// <remarks>
/// Every transaction watches the key: had it run out and been taken by another, the transaction would not be carried out. So it is safe however
/// long its holder is paused, which no lock that merely runs out is.
/// </remarks>
internal sealed class RedisFence(RespConnection connection, string key, TimeSpan keep)
{
    private readonly string _token = Guid.NewGuid().ToString("N");

    /// <summary>Takes it, if nobody has it.</summary>
    public async Task<bool> TryTakeAsync()
    {
        RespBatch batch = new();
        batch.Add("SET", key, _token, "NX", "PX", (long)keep.TotalMilliseconds);
        RespValue[] replies = await connection.ExecuteAsync(batch).ConfigureAwait(false);
        return !replies[0].OrThrow().IsNull;
    }

    /// <summary>Carries out a transaction, if it is still held, and keeps it for as long again.</summary>
    /// <returns>The results; <see langword="null"/>: it is not held any more, and nothing was done.</returns>
    public Task<RespValue[]?> RunAsync(Action<RespTransaction> fill) => TryRunAsync(transaction =>
    {
        fill(transaction);
        transaction.Add("PEXPIRE", key, (long)keep.TotalMilliseconds);
    });

    /// <summary>Gives it back, if it is still held.</summary>
    public Task ReleaseAsync() => TryRunAsync(transaction => transaction.Add("DEL", key));

    private async Task<RespValue[]?> TryRunAsync(Action<RespTransaction> fill)
    {
        RespBatch look = new();
        look.Add("WATCH", key);
        int holder = look.Add("GET", key);
        RespValue[] seen = await connection.ExecuteAsync(look).ConfigureAwait(false);
        if (seen[holder].OrThrow().IsNull || seen[holder].AsText() != _token)
        {
            return null;
        }

        RespTransaction transaction = new();
        fill(transaction);
        transaction.Close();
        return transaction.Read(await connection.ExecuteAsync(transaction.Batch).ConfigureAwait(false));
    }
}
