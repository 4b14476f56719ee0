using Overlap.Distributed.Redis.Resp;
using Overlap.Synchronization;

namespace Overlap.Distributed.Redis;

// What is done on a new link before anybody claims over it. Invariant C5 of the folder's README.
internal sealed partial class RedisConsumer
{
    // On each new link, before anybody claims over it.
    private async Task PrepareAsync(RespConnection connection)
    {
        using Lease turn = await _claimTurn.EnterAsync().ConfigureAwait(false);
        try
        {
            await AskForChangesAsync(connection).ConfigureAwait(false);
            foreach (ClaimAttempt attempt in _open.ToArray())
            {
                await RecoverAsync(connection, attempt).ConfigureAwait(false);
            }
        }
        catch (RespErrorException error)
        {
            throw new RespLinkException(error.Message, wasSent: false, error) { IsTransient = error.IsTransient };
        }
    }

    private async Task AskForChangesAsync(RespConnection connection)
    {
        _isTold = false;
        _areLengthsKnown = false;
        string reason = "it speaks no RESP3";
        if (connection.Protocol >= 3)
        {
            RespBatch batch = new();
            batch.Add("CLIENT", "TRACKING", "ON", "NOLOOP");
            RespValue reply = (await connection.ExecuteAsync(batch).ConfigureAwait(false))[0];
            _isTold = !reply.IsError;
            reason = reply.AsText();
        }

        if (!_isTold)
        {
            RedisLog.Untracked(_logger, _broker.Address, reason);
        }
    }

    // C5: after a lost link the claim lists tell what became of what was sent last.
    private async Task RecoverAsync(RespConnection connection, ClaimAttempt attempt)
    {
        if (attempt.Registered.IsCompleted)
        {
            _open.Remove(attempt);
            return;
        }

        RespBatch look = new();
        look.Add("UNWATCH");
        AddWatches(look, attempt);
        int first = look.Replies;
        foreach (RedisBucket bucket in attempt.Buckets)
        {
            look.Add("LRANGE", _keys.Claim(attempt.ListOf(bucket)), 0, -1);
        }

        RespValue[] replies = await connection.ExecuteAsync(look).ConfigureAwait(false);
        List<RedisBucket> filled = [];
        List<(RedisBucket, byte[])> taken = [];
        for (int index = 0; index < attempt.Buckets.Count; index++)
        {
            RespValue[] items = replies[first + index].OrThrow().Items.ToArray();
            if (items.Length > 0)
            {
                filled.Add(attempt.Buckets[index]);
                taken.AddRange(items.Reverse().Select(item => (attempt.Buckets[index], item.AsBytes())));
            }
        }

        bool isNew = attempt.Holds is null;
        if (isNew && filled.Count > 0)
        {
            // The claim was carried out, and nobody was told.
            _claimId = null;
            attempt.Unused = [.. _named.Except(filled)];
            _found.AddRange(Hold(attempt, taken));
        }
        else if (!isNew)
        {
            // Lists that are gone were written down, or others brought them back: the next look at the leases tells.
            if (filled.Count == 0)
            {
                attempt.Confirm(true);
            }
        }

        if (filled.Count == 0 || await RegisterAsync(connection, attempt, filled).ConfigureAwait(false))
        {
            _open.Remove(attempt);
        }
    }

    // Claim lists that were never filled; those that were are forgotten with the messages.
    private async ValueTask ForgetClaimsAsync(CancellationToken cancellationToken)
    {
        if (_claimId is null)
        {
            return;
        }

        RespBatch batch = new() { IsRepeatable = true };
        ClaimAttempt attempt = new(_claimId, _buckets);
        foreach (RedisBucket bucket in _buckets.Where(_ => !_open.Exists(open => open.Id == _claimId)))
        {
            batch.Add("ZREM", _keys.Claims, MemberOf(attempt, bucket));
        }

        if (batch.Replies > 0)
        {
            await _broker.Shared.ExecuteAsync(batch, cancellationToken).ConfigureAwait(false);
        }
    }
}
