using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Redis.Resp;

namespace Overlap.Distributed.Redis;

// How deliveries are settled: what becomes of the message and the end of the hold in one step. Invariants S1 to S3 of the folder's README.
internal sealed partial class RedisConsumer
{
    public async ValueTask<IReadOnlyList<bool>> SettleAsync(ReadOnlyMemory<Settlement> settlements, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        SettlementCheck.ThrowIfIncomplete(settlements.Span);
        List<RedisRoutes.Push>[] pushes = new List<RedisRoutes.Push>[settlements.Length];
        bool[] results = new bool[settlements.Length];
        List<(int Index, HoldSettlement Settlement)> begun = [];
        try
        {
            for (int index = 0; index < pushes.Length; index++)
            {
                pushes[index] = settlements.Span[index].Successor is { } successor
                    ? await _broker.Routes.RouteAsync(new[] { successor }, cancellationToken).ConfigureAwait(false)
                    : [];
            }

            for (int index = 0; index < pushes.Length; index++)
            {
                Settlement settlement = settlements.Span[index];
                if (settlement.Delivery.State is RedisHold hold && ReferenceEquals(hold.Owner, this))
                {
                    begun.Add((index, new HoldSettlement(hold, settlement.Kind) { Due = settlement.Due, Cause = settlement.Cause, Pushes = pushes[index] }));
                }
            }

            bool[] held = await SettleHoldsAsync([.. begun.Select(static one => one.Settlement)], cancellationToken).ConfigureAwait(false);
            for (int index = 0; index < held.Length; index++)
            {
                results[begun[index].Index] = held[index];
            }

            return results;
        }
        catch (Exception error) when (RedisFaults.IsOne(error))
        {
            throw RedisFaults.ToBroker(error, _broker.Address);
        }
    }

    private async ValueTask<bool[]> SettleHoldsAsync(HoldSettlement[] settlements, CancellationToken cancellationToken)
    {
        bool[] results = new bool[settlements.Length];
        List<int> open = new(settlements.Length);
        try
        {
            for (int index = 0; index < settlements.Length; index++)
            {
                if (settlements[index].Hold.TryBeginSettling())
                {
                    open.Add(index);
                }
            }

            foreach (int index in open)
            {
                // S1: not before it is written down as held: the end of a hold must not come before its beginning.
                await WaitForRegistrationAsync(settlements[index].Hold.Claim, cancellationToken).ConfigureAwait(false);
            }

            long start = _linkClock.GetTimestamp();
            while (open.Count > 0)
            {
                if (open.Exists(index => MustLookFirst(settlements[index].Hold)))
                {
                    await LookAsync(settlements, open, results, cancellationToken).ConfigureAwait(false);
                    if (open.Count == 0)
                    {
                        break;
                    }
                }

                try
                {
                    await SendAsync(settlements, open, results, cancellationToken).ConfigureAwait(false);
                }
                catch (Exception error) when (error is not RespLinkException { WasSent: false })
                {
                    // S2: on the next link it is seen whether it was carried out: if so, the holds are gone. To send it again without a look would
                    // publish the successors again, whatever it was that went wrong.
                    foreach (int index in open)
                    {
                        settlements[index].Hold.IsUncertain = true;
                    }

                    if (error is not RespLinkException || _linkClock.GetElapsedTime(start) > _patience)
                    {
                        throw;
                    }
                }
            }

            return results;
        }
        finally
        {
            foreach (int index in open)
            {
                settlements[index].Hold.Relent();
            }
        }
    }

    private async ValueTask WaitForRegistrationAsync(ClaimAttempt claim, CancellationToken cancellationToken)
    {
        if (claim.Registered.IsCompletedSuccessfully)
        {
            return;
        }

        try
        {
            await claim.Registered.WaitAsync(_patience, _linkClock, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException error)
        {
            throw new RespLinkException("No answer", wasSent: false, error);
        }
    }

    // S3: a holder that was seen to hold within three quarters of its lease still holds; one that was paused for longer asks.
    internal bool MustLookFirst(RedisHold hold) => hold.IsUncertain || _clock.GetElapsedTime(hold.SeenAt) > _lease * 0.75;

    private async ValueTask LookAsync(HoldSettlement[] settlements, List<int> open, bool[] results, CancellationToken cancellationToken)
    {
        RespBatch batch = new() { IsRepeatable = true };
        foreach (int index in open)
        {
            RedisHold hold = settlements[index].Hold;
            batch.Add("ZSCORE", hold.Message is null ? _keys.DeadIndex : _keys.UnackedIndex, hold.Tag);
        }

        long asked = _clock.GetTimestamp();
        RespValue[] replies = await _broker.Shared.ExecuteAsync(batch, cancellationToken).ConfigureAwait(false);
        for (int place = open.Count - 1; place >= 0; place--)
        {
            RedisHold hold = settlements[open[place]].Hold;
            if (!replies[place].OrThrow().IsNull)
            {
                hold.SeenAt = asked;
                hold.IsUncertain = false;
                continue;
            }

            // Gone: by what was sent, if nobody else can have taken it since it was last seen here.
            bool isDone = hold.IsUncertain && _clock.GetElapsedTime(hold.SeenAt) <= _lease * 0.75;
            results[open[place]] = isDone;
            Finish(hold, isDone);
            open.RemoveAt(place);
        }
    }

    private async ValueTask SendAsync(HoldSettlement[] settlements, List<int> open, bool[] results, CancellationToken cancellationToken)
    {
        RespTransaction transaction = new();
        int[] ends = new int[open.Count];
        for (int place = 0; place < ends.Length; place++)
        {
            ends[place] = AddSettlement(transaction, settlements[open[place]]);
        }

        transaction.Close();
        RedisFaultPoints.SettlementReady.Reach();
        RespValue[] outcome = transaction.Read(await _broker.Shared.ExecuteAsync(transaction.Batch, cancellationToken).ConfigureAwait(false))!;
        RedisFaultPoints.SettlementMade.Reach();
        for (int place = 0; place < ends.Length; place++)
        {
            bool wasHeld = outcome[ends[place]].AsInteger() > 0;
            results[open[place]] = wasHeld;
            Finish(settlements[open[place]].Hold, wasHeld);
        }

        open.Clear();
    }

    private void Finish(RedisHold hold, bool wasHeld)
    {
        Remove(hold);
        if (wasHeld)
        {
            hold.End();
        }
        else
        {
            RedisLog.LeaseLost(_logger, hold.Tag);
            hold.Lose();
        }
    }

    // The place of the result that tells whether it was held.
    private int AddSettlement(RespTransaction transaction, in HoldSettlement settlement)
    {
        RedisHold hold = settlement.Hold;
        bool isDead = hold.Message is null;
        int end = transaction.Add("ZREM", isDead ? _keys.DeadIndex : _keys.UnackedIndex, hold.Tag);
        transaction.Add("HDEL", isDead ? _keys.Dead : _keys.Unacked, hold.Tag);
        switch (settlement.Kind)
        {
            case SettlementKind.Return:
            case SettlementKind.Defer when settlement.Due <= _clock.GetUtcNow():
                transaction.Add("RPUSH", hold.Bucket.Key, AsGivenBack(hold));
                break;
            case SettlementKind.Requeue:
                transaction.Add("LPUSH", hold.Bucket.Key, AsGivenBack(hold));
                break;
            case SettlementKind.Defer:
                transaction.Add("ZADD", _keys.Deferred, RespBatch.SecondsOf(settlement.Due!.Value), DeferredMember.Make(hold.Tag, hold.Bucket.Key, AsGivenBack(hold)));
                break;
            case SettlementKind.DeadLetter:
                byte[] raw = hold.Message is { } message && message.Headers.ContainsKey(EnvelopeText.LostHeader)
                    ? Rewritten(hold, () => EnvelopeText.Redelivered(message, lost: 0))
                    : hold.Raw;
                RedisDeadLetters.Add(transaction, _keys, RedisDeadLetters.NewId(_clock.GetUtcNow()), hold.Bucket.Queue, settlement.Cause!, _clock.GetUtcNow(), raw);
                break;
        }

        foreach (RedisRoutes.Push push in settlement.Pushes)
        {
            transaction.Add(push.IsChannel ? "PUBLISH" : "LPUSH", push.Key, push.Message);
        }

        return end;
    }

    private static byte[] AsGivenBack(RedisHold hold) => hold.Message is { } message
        ? Rewritten(hold, () => EnvelopeText.Redelivered(message, EnvelopeText.LostOf(message)))
        : hold.Raw;

    private static byte[] Rewritten(RedisHold hold, Func<byte[]> write)
    {
        try
        {
            return write();
        }
        catch (MessageFormatException)
        {
            return hold.Raw;
        }
    }
}
