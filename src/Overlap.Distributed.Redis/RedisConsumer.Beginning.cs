using Overlap.Distributed.Brokers;
using Overlap.Distributed.Redis.Resp;

namespace Overlap.Distributed.Redis;

// From when on a delivery counts as lost if its holder dies. Invariants P1 and P2 of the folder's README.
internal sealed partial class RedisConsumer
{
    public async ValueTask<IReadOnlyList<bool>> BeginAsync(ReadOnlyMemory<Delivery> deliveries, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_isDisposed != 0, this);
        RedisHold[] mine = [.. deliveries.ToArray().Select(static delivery => delivery.State).OfType<RedisHold>().Where(hold => ReferenceEquals(hold.Owner, this))];
        try
        {
            foreach (RedisHold hold in mine)
            {
                // Not before it is written down as held: what is written down later would take the mark away.
                await WaitForRegistrationAsync(hold.Claim, cancellationToken).ConfigureAwait(false);
            }

            if (Array.Exists(mine, MustLookFirst))
            {
                await RenewLeasesAsync(mine).ConfigureAwait(false);
            }

            await MarkAsync([.. mine.Where(static hold => hold.IsHeld && hold.Message is not null)], cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (RedisFaults.IsOne(error))
        {
            throw RedisFaults.ToBroker(error, _broker.Address);
        }

        return [.. deliveries.ToArray().Select(delivery => delivery.State is RedisHold { IsHeld: true } hold && ReferenceEquals(hold.Owner, this))];
    }

    private async ValueTask MarkAsync(RedisHold[] holds, CancellationToken cancellationToken)
    {
        if (holds.Length == 0)
        {
            return;
        }

        RespTransaction transaction = new(new RespBatch { IsRepeatable = true });
        transaction.Begin(2 + (2 * holds.Length));
        transaction.Batch.Argument("HSET"u8);
        transaction.Batch.Argument(_keys.Unacked);
        foreach (RedisHold hold in holds)
        {
            transaction.Batch.Argument(hold.Tag);
            transaction.Batch.Argument(Copy(hold, isCounted: true));
        }

        int scores = transaction.Begin(2 + holds.Length);
        transaction.Batch.Argument("ZMSCORE"u8);
        transaction.Batch.Argument(_keys.UnackedIndex);
        foreach (RedisHold hold in holds)
        {
            transaction.Batch.Argument(hold.Tag);
        }

        transaction.Close();
        RespValue[] outcome = transaction.Read(await _broker.Shared.ExecuteAsync(transaction.Batch, cancellationToken).ConfigureAwait(false))!;
        RedisFaultPoints.BeginningCounted.Reach();
        RespValue[] found = outcome[scores].Items.ToArray();
        RedisHold[] gone = [.. holds.Where((_, index) => found[index].IsNull)];
        if (gone.Length > 0)
        {
            // P2: a copy that no index names is brought back by nobody; it is only in the way.
            RespBatch forget = new() { IsRepeatable = true };
            forget.Add(["HDEL", _keys.Unacked, .. gone.Select(static hold => (RespArgument)hold.Tag)]);
            await _broker.Shared.ExecuteAsync(forget, cancellationToken).ConfigureAwait(false);
            LoseAll(gone.Where(static hold => hold.TryBeginSettling()));
        }
    }
}
