using Microsoft.Extensions.Logging;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Redis.Resp;

namespace Overlap.Distributed.Redis;

/// <summary>Brings back what consumers have left behind, and what is due. Any number may run: of those who see the same, one does it.</summary>
/// <remarks>Invariants W1 to W4 of the folder's README.</remarks>
internal sealed class RedisSweeper(
    RespClient shared, RedisExclusive exclusive, RedisKeys keys, RedisRoutes routes, RedisBrokerOptions options, ILogger logger) : IAsyncDisposable
{
    private const int MostAtOnce = 100;
    private const int MostPages = 1000;
    private const int PageSize = 1000;

    private static readonly TimeSpan LookForDue = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(10);

    // Holders that were cut off together with us are given the time to say so first.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);
    // So long is nobody else let in after whoever is in was killed. It is taken anew with each step, so it need not be long.
    private static readonly TimeSpan KeepFence = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stopping = new();
    private readonly TimeProvider _clock = options.TimeProvider;
    private int _isStarted;
    private volatile Task? _running;

    /// <summary>Begins to sweep. Twice is legal.</summary>
    public void Start()
    {
        if (Interlocked.Exchange(ref _isStarted, 1) == 0)
        {
            _running = RunAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_running is { } running)
        {
            await running.ConfigureAwait(false);
        }
    }

    /// <summary>Brings back everything that can be, now.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        await PutBackDueAsync(cancellationToken).ConfigureAwait(false);
        await exclusive.RunAsync(SweepClaimsAsync, cancellationToken).ConfigureAwait(false);
        await exclusive.RunAsync(RestoreAsync, cancellationToken).ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        TimeSpan interval = options.Lease / 2 < LongestInterval ? options.Lease / 2 : LongestInterval;
        TimeSpan wait = Grace < interval ? Grace : interval;
        long last = _clock.GetTimestamp();
        while (true)
        {
            try
            {
                await Task.Delay(LookForDue, _clock, _stopping.Token).ConfigureAwait(false);
                await PutBackDueAsync(_stopping.Token).ConfigureAwait(false);
                if (_clock.GetElapsedTime(last) >= wait)
                {
                    await exclusive.RunAsync(SweepClaimsAsync, _stopping.Token).ConfigureAwait(false);
                    await exclusive.RunAsync(RestoreAsync, _stopping.Token).ConfigureAwait(false);
                    wait = interval * (0.75 + (Random.Shared.NextDouble() / 4));
                    last = _clock.GetTimestamp();
                }
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                RedisLog.SweepFailed(logger, error.Message);
                wait = Grace < interval ? Grace : interval;
                last = _clock.GetTimestamp();
            }
        }
    }

    // W1: what is due moves under the fence, and in one step.
    private async Task PutBackDueAsync(CancellationToken cancellationToken)
    {
        RespBatch count = new() { IsRepeatable = true };
        count.Add("ZCOUNT", keys.Deferred, "-inf", RespBatch.SecondsOf(_clock.GetUtcNow()));
        RespValue[] replies = await shared.ExecuteAsync(count, cancellationToken).ConfigureAwait(false);
        if (replies[0].AsInteger() > 0)
        {
            await exclusive.RunAsync(PutBackDueAsync, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<int> PutBackDueAsync(RespConnection connection)
    {
        RedisFence fence = new(connection, keys.DeferredMutex, KeepFence);
        if (!await fence.TryTakeAsync().ConfigureAwait(false))
        {
            return 0;
        }

        int moved = 0;
        RespValue[] due;
        do
        {
            RespBatch look = new();
            look.Add("ZRANGEBYSCORE", keys.Deferred, "-inf", RespBatch.SecondsOf(_clock.GetUtcNow()), "LIMIT", 0, MostAtOnce);
            due = (await connection.ExecuteAsync(look).ConfigureAwait(false))[0].OrThrow().Items.ToArray();
            RespValue[] members = due;
            RedisFaultPoints.DueFound.ReachIf(members.Length > 0);
            if (members.Length > 0 && await fence.RunAsync(transaction => AddDue(transaction, members)).ConfigureAwait(false) is null)
            {
                return moved;
            }

            moved += due.Length;
            RedisFaultPoints.DuePutBack.ReachIf(due.Length > 0);
        }
        while (due.Length == MostAtOnce);

        await fence.ReleaseAsync().ConfigureAwait(false);
        return moved;
    }

    private void AddDue(RespTransaction transaction, RespValue[] members)
    {
        // The first that is due comes to the very front.
        foreach (RespValue member in members.Reverse())
        {
            byte[] bytes = member.AsBytes();
            transaction.Add("ZREM", keys.Deferred, bytes);
            if (DeferredMember.TryRead(bytes, out string bucket, out ReadOnlyMemory<byte> envelope))
            {
                transaction.Add("RPUSH", bucket, envelope);
            }
            else
            {
                AddDead(transaction, "", "It was put aside in a form that is not ours.", bytes);
            }
        }
    }

    // W2: a claim list whose owner has not written it down for a lease goes back as it is, one message at a time; its owner sees that when it tries.
    private async Task<int> SweepClaimsAsync(RespConnection connection)
    {
        RespBatch look = new();
        look.Add("ZRANGEBYSCORE", keys.Claims, "-inf", RespBatch.SecondsOf(_clock.GetUtcNow() - options.Lease), "LIMIT", 0, PageSize);
        RespValue[] left = (await connection.ExecuteAsync(look).ConfigureAwait(false))[0].OrThrow().Items.ToArray();
        int moved = 0;
        foreach (RespValue member in left)
        {
            string[] parts = member.AsText().Split(' ', 2);
            if (parts.Length == 2)
            {
                moved += await SweepClaimAsync(connection, member.AsBytes(), keys.Claim(parts[0]), parts[1]).ConfigureAwait(false);
            }
        }

        Tell(moved);
        return moved;
    }

    // Whoever owns it may use its name again at any moment: what it fills then is new, and is not what was found to be left.
    private async Task<int> SweepClaimAsync(RespConnection connection, byte[] member, string list, string bucket)
    {
        double oldest = (_clock.GetUtcNow() - options.Lease).ToUnixTimeMilliseconds() / 1000.0;
        int moved = 0;
        while (true)
        {
            RespBatch look = new();
            look.Add("UNWATCH");
            look.Add("WATCH", list);
            int score = look.Add("ZSCORE", keys.Claims, member);
            int length = look.Add("LLEN", list);
            RespValue[] seen = await connection.ExecuteAsync(look).ConfigureAwait(false);
            if (seen[score].OrThrow().IsNull || seen[score].AsNumber() > oldest)
            {
                return moved;
            }

            long left = seen[length].OrThrow().AsInteger();
            if (left == 0)
            {
                await ForgetClaimAsync(connection, member, list, oldest).ConfigureAwait(false);
                return moved;
            }

            RespTransaction move = new();
            for (long count = Math.Min(left, MostAtOnce); count > 0; count--)
            {
                // The newest is at the left, and goes to the right first: the oldest ends in front.
                move.Add("LMOVE", list, bucket, "LEFT", "RIGHT");
            }

            move.Close();
            moved += move.Read(await connection.ExecuteAsync(move.Batch).ConfigureAwait(false))?.Length ?? 0;
            RedisFaultPoints.ClaimSwept.ReachIf(moved > 0);
        }
    }

    // Forgotten only if nobody names a claim meanwhile: it might be this one, and be filled next. If one does, another sweep forgets it.
    private async Task ForgetClaimAsync(RespConnection connection, byte[] member, string list, double oldest)
    {
        RespBatch look = new();
        look.Add("WATCH", keys.Claims);
        int score = look.Add("ZSCORE", keys.Claims, member);
        int length = look.Add("LLEN", list);
        RespValue[] seen = await connection.ExecuteAsync(look).ConfigureAwait(false);
        RespTransaction forget = new();
        if (!seen[score].OrThrow().IsNull && seen[score].AsNumber() <= oldest && seen[length].OrThrow().AsInteger() == 0)
        {
            forget.Add("ZREM", keys.Claims, member);
        }

        forget.Close();
        forget.Read(await connection.ExecuteAsync(forget.Batch).ConfigureAwait(false));
    }

    // W3, W4: what is held by one who is silent is taken away from it in one step, and put back in another.
    private async Task<int> RestoreAsync(RespConnection connection)
    {
        List<(string Tag, double Score)> silent = await FindSilentAsync(connection).ConfigureAwait(false);
        RespBatch look = new();
        look.Add("EXISTS", keys.RestoringMessages);
        bool isLeft = (await connection.ExecuteAsync(look).ConfigureAwait(false))[0].AsInteger() > 0;
        RedisFence fence = new(connection, keys.UnackedMutex, KeepFence);
        if ((silent.Count == 0 && !isLeft) || !await fence.TryTakeAsync().ConfigureAwait(false))
        {
            return 0;
        }

        int restored = await PutBackAsync(connection, fence).ConfigureAwait(false);
        foreach ((string Tag, double Score)[] some in silent.Chunk(MostAtOnce))
        {
            if (!await TakeAwayAsync(connection, fence, [.. some.Select(static one => one.Tag)]).ConfigureAwait(false))
            {
                return restored;
            }

            RedisFaultPoints.LostTaken.Reach();
            restored += await PutBackAsync(connection, fence).ConfigureAwait(false);
        }

        await fence.ReleaseAsync().ConfigureAwait(false);
        Tell(restored);
        return restored;
    }

    private async Task<List<(string Tag, double Score)>> FindSilentAsync(RespConnection connection)
    {
        double now = _clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
        string shortest = RespBatch.SecondsOf(_clock.GetUtcNow() - (options.Lease < options.VisibilityTimeout ? options.Lease : options.VisibilityTimeout));
        List<(string, double)> silent = [];
        for (int page = 0; page < MostPages; page++)
        {
            RespBatch batch = new();
            batch.Add("ZRANGEBYSCORE", keys.UnackedIndex, "-inf", shortest, "WITHSCORES", "LIMIT", page * PageSize, PageSize);
            RespValue[] entries = Flat((await connection.ExecuteAsync(batch).ConfigureAwait(false))[0].OrThrow());
            for (int index = 0; index + 1 < entries.Length; index += 2)
            {
                string tag = entries[index].AsText();
                double score = entries[index + 1].AsNumber();
                if (score < now - (HoldTag.LeaseOf(tag) ?? options.VisibilityTimeout).TotalSeconds)
                {
                    silent.Add((tag, score));
                }
            }

            if (entries.Length < 2 * PageSize)
            {
                break;
            }
        }

        return silent;
    }

    // W3: what is still held moves from there to where it is restored from; what its holder has settled meanwhile does not.
    private async Task<bool> TakeAwayAsync(RespConnection connection, RedisFence fence, string[] tags)
    {
        RespBatch read = new();
        read.Add(["HMGET", keys.Unacked, .. tags.Select(static tag => (RespArgument)tag)]);
        RespValue[] held = (await connection.ExecuteAsync(read).ConfigureAwait(false))[0].OrThrow().Items.ToArray();
        RespValue[]? done = await fence.RunAsync(transaction =>
        {
            transaction.Begin(2 + (2 * tags.Length));
            transaction.Batch.Argument("ZADD"u8);
            transaction.Batch.Argument(keys.RestoringCandidates);
            for (int index = 0; index < tags.Length; index++)
            {
                transaction.Batch.Argument(index);
                transaction.Batch.Argument(tags[index]);
            }

            transaction.Add("ZINTERSTORE", keys.Restoring, 2, keys.RestoringCandidates, keys.UnackedIndex, "AGGREGATE", "MAX");
            transaction.Add("DEL", keys.RestoringCandidates);
            transaction.Add(["ZREM", keys.UnackedIndex, .. tags.Select(static tag => (RespArgument)tag)]);
            transaction.Add(["HDEL", keys.Unacked, .. tags.Select(static tag => (RespArgument)tag)]);
            for (int index = 0; index < tags.Length; index++)
            {
                if (!held[index].IsNull)
                {
                    transaction.Add("HSET", keys.RestoringMessages, tags[index], held[index].AsBytes());
                }
            }
        }).ConfigureAwait(false);
        return done is not null;
    }

    // W4: what was taken away goes back; whoever finds it there does so, also after whoever took it has died.
    private async Task<int> PutBackAsync(RespConnection connection, RedisFence fence)
    {
        RespBatch read = new();
        read.Add("ZRANGE", keys.Restoring, 0, -1);
        read.Add("HGETALL", keys.RestoringMessages);
        RespValue[] replies = await connection.ExecuteAsync(read).ConfigureAwait(false);
        string[] tags = [.. replies[0].OrThrow().Items.ToArray().Select(static tag => tag.AsText())];
        RespValue[] pairs = replies[1].OrThrow().Items.ToArray();
        if (tags.Length == 0 && pairs.Length == 0)
        {
            return 0;
        }

        Dictionary<string, byte[]> messages = [];
        for (int index = 0; index + 1 < pairs.Length; index += 2)
        {
            messages[pairs[index].AsText()] = pairs[index + 1].AsBytes();
        }

        List<Restored> back = [];
        foreach (string tag in tags.Reverse())
        {
            if (messages.TryGetValue(tag, out byte[]? wrapped))
            {
                back.Add(await PlaceAsync(tag, wrapped).ConfigureAwait(false));
            }
        }

        RespValue[]? done = await fence.RunAsync(transaction =>
        {
            foreach (Restored one in back)
            {
                foreach (string bucket in one.Buckets)
                {
                    transaction.Add("RPUSH", bucket, one.Envelope);
                }

                if (one.Buckets.Length == 0)
                {
                    AddDead(transaction, one.Queue, one.Reason, one.Envelope);
                }
            }

            transaction.Add("DEL", keys.Restoring, keys.RestoringMessages);
        }).ConfigureAwait(false);
        RedisFaultPoints.LostPutBack.Reach();
        return done is null ? 0 : back.Count;
    }

    private async Task<Restored> PlaceAsync(string tag, byte[] wrapped)
    {
        if (!EnvelopeText.TryUnwrap(wrapped, out ReadOnlyMemory<byte> envelope, out string exchange, out string routingKey))
        {
            return new Restored([], "", "It was held in a form that nobody knows.", wrapped);
        }

        byte[] raw = envelope.ToArray();
        int priority = 0;
        try
        {
            WireMessage message = EnvelopeCodec.Read(envelope, ProtocolLimits.Default);
            priority = message.Properties.Priority;

            // Ours was counted when it was claimed; what others held is counted now.
            int lost = EnvelopeText.LostOf(message);
            raw = EnvelopeText.Redelivered(message, HoldTag.LeaseOf(tag) is null ? lost + 1 : lost);
        }
        catch (MessageFormatException)
        {
            // Whoever takes it next says what is wrong with it.
        }

        string[] queues = exchange.Length == 0 ? [routingKey] : await routes.FindAsync(exchange, routingKey, _stopping.Token).ConfigureAwait(false);
        return new Restored(
            [.. queues.Select(queue => keys.BucketOf(queue, priority))], routingKey, $"No queue is bound to the exchange '{exchange}' with the routing key '{routingKey}' any more.", raw);
    }

    private void AddDead(RespTransaction transaction, string queue, string reason, ReadOnlyMemory<byte> raw) => RedisDeadLetters.Add(
        transaction, keys, RedisDeadLetters.NewId(_clock.GetUtcNow()), queue, new DeadLetterCause(MessageDefect.Malformed, reason), _clock.GetUtcNow(), raw);

    // RESP3 gives pairs, RESP2 one after the other.
    private static RespValue[] Flat(in RespValue list)
    {
        ReadOnlySpan<RespValue> items = list.Items;
        if (items.Length == 0 || items[0].Kind != RespKind.Array)
        {
            return items.ToArray();
        }

        List<RespValue> flat = new(items.Length * 2);
        foreach (ref readonly RespValue pair in items)
        {
            flat.AddRange(pair.Items);
        }

        return [.. flat];
    }

    private void Tell(int count)
    {
        if (count > 0)
        {
            RedisLog.Restored(logger, count);
        }
    }

    private sealed record Restored(string[] Buckets, string Queue, string Reason, byte[] Envelope);
}
