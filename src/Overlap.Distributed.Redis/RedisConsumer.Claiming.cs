using System.Collections.Immutable;
using System.Globalization;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Redis.Resp;
using Overlap.Synchronization;

namespace Overlap.Distributed.Redis;

// How messages are taken: looked for, moved into a claim list of our own, written down as held. Invariants C1 to C5 of the folder's README.
internal sealed partial class RedisConsumer
{
    // A list that has changed while nobody counted it holds one message, most times. What it holds beyond these is counted behind the moves, and taken next.
    private const int HotMoves = 4;

    private readonly RedisBucket[] _buckets;
    private readonly Dictionary<string, int> _places;

    // Set by the reader of the link, taken by whoever has the claim turn: lists that have changed since they were last counted.
    private readonly int[] _isHot;

    private readonly AsyncLock _claimTurn = new();

    // Guarded by _claimTurn.
    private readonly List<ClaimAttempt> _open = [];
    private readonly List<Delivery> _found = [];
    private readonly long[] _lengths;
    private ImmutableList<string> _turn;
    private readonly HashSet<RedisBucket> _named = [];
    private string? _claimId;
    private long _claims;
    private long _numbers;

    // Also written by the receiver between its turns; nobody else reads them.
    private volatile bool _areLengthsKnown;
    private volatile bool _isTold;
    private TimeSpan _poll = ShortestPoll;

    private async ValueTask<IReadOnlyList<Delivery>> ClaimAsync(RespConnection connection, int most)
    {
        using Lease turn = await _claimTurn.EnterAsync(_disposing.Token).ConfigureAwait(false);
        if (_found.Count > 0)
        {
            Delivery[] found = [.. _found.Take(most)];
            _found.RemoveRange(0, found.Length);
            return found;
        }

        while (true)
        {
            (RedisBucket Bucket, int Count)[] plan = Plan(most);
            if (plan.Length == 0 && (!_areLengthsKnown || !_isTold))
            {
                RespBatch count = new();
                AddCounts(count);
                if (ReadCounts(await connection.ExecuteAsync(count).ConfigureAwait(false), 0) is { } refusal)
                {
                    throw refusal;
                }

                plan = Plan(most);
            }

            if (plan.Length == 0)
            {
                return [];
            }

            IReadOnlyList<Delivery> deliveries = await TakeOrAbortAsync(connection, plan).ConfigureAwait(false);
            if (deliveries.Count > 0)
            {
                return deliveries;
            }

            // A list that was said to have changed was empty, or others were quicker: others may be full. They are counted now.
        }
    }

    // The most urgent lists first; of those equally urgent one message each in turn.
    private (RedisBucket Bucket, int Count)[] Plan(int most)
    {
        long[] expected = new long[_buckets.Length];
        for (int index = 0; index < _buckets.Length; index++)
        {
            expected[index] = Volatile.Read(ref _isHot[index]) != 0 ? Math.Max(Math.Min(most, HotMoves), _lengths[index]) : _areLengthsKnown ? _lengths[index] : 0;
        }

        int[] counts = new int[_buckets.Length];
        int left = most;
        for (int step = 0; step < _keys.Steps.Length && left > 0; step++)
        {
            bool isAny = true;
            while (isAny && left > 0)
            {
                isAny = false;
                foreach (string queue in _turn)
                {
                    int index = PlaceOf(queue, step);
                    if (left > 0 && counts[index] < expected[index])
                    {
                        counts[index]++;
                        left--;
                        isAny = true;
                    }
                }
            }
        }

        return [.. _buckets.Where(bucket => counts[bucket.Index] > 0).Select(bucket => (bucket, counts[bucket.Index]))];
    }

    private int PlaceOf(string queue, int step) => _places[_keys.BucketOfStep(queue, _keys.Steps[step])];

    // C5: what the server has moved and nobody was given is found in its claim list over the next link.
    private async ValueTask<IReadOnlyList<Delivery>> TakeOrAbortAsync(RespConnection connection, (RedisBucket Bucket, int Count)[] plan)
    {
        try
        {
            return await TakeAsync(connection, plan).ConfigureAwait(false);
        }
        catch (Exception error) when (!RedisFaults.IsOne(error))
        {
            connection.Abort(error);
            throw;
        }
    }

    private async ValueTask<IReadOnlyList<Delivery>> TakeAsync(RespConnection connection, (RedisBucket Bucket, int Count)[] plan)
    {
        _open.RemoveAll(static open => open.Registered.IsCompleted);
        if (_claimId is null)
        {
            _named.Clear();
        }

        _claimId ??= string.Create(CultureInfo.InvariantCulture, $"{_id}.{++_claims}");
        ClaimAttempt attempt = new(_claimId, [.. plan.Select(static part => part.Bucket)]);
        RespBatch batch = new();
        batch.Add("UNWATCH");

        // C2: the claim list is known to all before anything is in it.
        batch.Begin(2 + (2 * plan.Length));
        batch.Argument("ZADD"u8);
        batch.Argument(_keys.Claims);
        foreach ((RedisBucket bucket, _) in plan)
        {
            _named.Add(bucket);
            batch.Argument(RespBatch.SecondsOf(_clock.GetUtcNow()));
            batch.Argument(MemberOf(attempt, bucket));
        }

        int firstMove = batch.Replies;
        foreach ((RedisBucket bucket, int count) in plan)
        {
            // Counted below, behind the moves: a change that comes later is told.
            Volatile.Write(ref _isHot[bucket.Index], 0);
            for (int move = 0; move < count; move++)
            {
                batch.Add("LMOVE", bucket.Key, _keys.Claim(attempt.ListOf(bucket)), "RIGHT", "LEFT");
            }
        }

        AddWatches(batch, attempt);
        int counts = AddCounts(batch);
        RedisFaultPoints.ClaimReady.Reach();
        attempt.SentAt = _clock.GetTimestamp();
        _open.Add(attempt);
        RespValue[] replies = await connection.ExecuteAsync(batch).ConfigureAwait(false);

        List<(RedisBucket, byte[])> taken = [];
        RespErrorException? refusal = null;
        int reply = firstMove;
        foreach ((RedisBucket bucket, int count) in plan)
        {
            for (int move = 0; move < count; move++, reply++)
            {
                if (replies[reply].IsError)
                {
                    refusal ??= new RespErrorException(replies[reply].AsText());
                }
                else if (!replies[reply].IsNull)
                {
                    taken.Add((bucket, replies[reply].AsBytes()));
                    _turn = _turn.Remove(bucket.Queue).Add(bucket.Queue);
                }
            }
        }

        RespClient.Inspect(connection, replies);
        RedisFaultPoints.Claimed.ReachIf(taken.Count > 0);
        if (taken.Count == 0)
        {
            // C3: the lists are empty, and their names are used again.
            _open.Remove(attempt);
            refusal = ReadCounts(replies, counts) ?? refusal;
            return refusal is null ? [] : throw refusal;
        }

        _poll = ShortestPoll;
        _claimId = null;
        attempt.Unused = [.. _named.Except(attempt.Buckets)];
        Delivery[] deliveries = Hold(attempt, taken);
        _ = RegisterAsync(connection, attempt, attempt.Buckets);
        ReadCounts(replies, counts);
        return deliveries;
    }

    private Delivery[] Hold(ClaimAttempt attempt, List<(RedisBucket Bucket, byte[] Raw)> taken)
    {
        attempt.Holds = new List<RedisHold>(taken.Count);
        Delivery[] deliveries = new Delivery[taken.Count];
        for (int index = 0; index < deliveries.Length; index++)
        {
            (RedisBucket bucket, byte[] raw) = taken[index];
            WireMessage? message = null;
            MessageFormatException? defect = null;
            try
            {
                message = EnvelopeCodec.Read(raw, _options.Limits);
            }
            catch (MessageFormatException error)
            {
                defect = error;
            }

            int lost = message is null ? 0 : EnvelopeText.LostOf(message);
            _numbers++;
            string tag = message is null ? RedisDeadLetters.NewId(_clock.GetUtcNow()) : HoldTag.Make(message.Properties.DeliveryTag, _lease, _id, _numbers);
            RedisHold hold = new(this, attempt, bucket, _numbers, tag, raw, message) { Defect = defect, SeenAt = attempt.SentAt };
            attempt.Holds.Add(hold);
            Add(hold);
            deliveries[index] = new Delivery
            {
                Tag = tag,
                Queue = bucket.Queue,
                Message = lost == 0 ? message : message! with { Headers = message.Headers.Without(EnvelopeText.LostHeader) },
                Defect = defect,
                Raw = raw,
                Attempt = lost + 1,
                LeaseLost = hold.LeaseLost,
                State = hold,
            };
        }

        return deliveries;
    }

    // C4: what is claimed is written down as held and leaves the claim list in one step, unless others have taken it out meanwhile.
    private async Task<bool> RegisterAsync(RespConnection connection, ClaimAttempt attempt, IReadOnlyList<RedisBucket> buckets)
    {
        RespTransaction transaction = new();
        string now = RespBatch.SecondsOf(_clock.GetUtcNow());
        RedisHold[] all = [.. attempt.Holds!.Where(hold => buckets.Contains(hold.Bucket))];
        RedisHold[] readable = [.. all.Where(static hold => hold.Message is not null)];
        if (readable.Length > 0)
        {
            transaction.Begin(2 + (2 * readable.Length));
            transaction.Batch.Argument("ZADD"u8);
            transaction.Batch.Argument(_keys.UnackedIndex);
            foreach (RedisHold hold in readable)
            {
                transaction.Batch.Argument(now);
                transaction.Batch.Argument(hold.Tag);
            }

            transaction.Begin(2 + (2 * readable.Length));
            transaction.Batch.Argument("HSET"u8);
            transaction.Batch.Argument(_keys.Unacked);
            foreach (RedisHold hold in readable)
            {
                transaction.Batch.Argument(hold.Tag);
                transaction.Batch.Argument(Copy(hold, isCounted: EnvelopeText.LostOf(hold.Message!) == 0));
            }
        }

        // What cannot be read is nothing that another could bring back: it is a dead letter until somebody decides otherwise.
        foreach (RedisHold hold in all.Where(static hold => hold.Message is null))
        {
            RedisDeadLetters.Add(transaction, _keys, hold.Tag, hold.Bucket.Queue, new DeadLetterCause(hold.Defect!.Defect, hold.Defect.Message), _clock.GetUtcNow(), hold.Raw);
        }

        foreach (RedisBucket bucket in buckets)
        {
            transaction.Add("DEL", _keys.Claim(attempt.ListOf(bucket)));
            transaction.Add("ZREM", _keys.Claims, MemberOf(attempt, bucket));
        }

        foreach (RedisBucket bucket in attempt.Unused)
        {
            transaction.Add("ZREM", _keys.Claims, MemberOf(attempt, bucket));
        }

        transaction.Close();
        try
        {
            bool isRegistered = transaction.Read(await connection.ExecuteAsync(transaction.Batch).ConfigureAwait(false)) is not null;
            RedisFaultPoints.ClaimWritten.Reach();
            if (!isRegistered)
            {
                LoseAll(all);
            }

            attempt.Confirm(isRegistered);
            return true;
        }
        catch (RespLinkException)
        {
            // The next link looks at it before anything else.
            return false;
        }
        catch (Exception error)
        {
            // Refused, or worse. The messages are safe where they are; the next link tries again.
            connection.Abort(error);
            return false;
        }
    }

    // What is kept of a hold: whoever finds it left behind brings back this, and so counts, or does not, whether he knows of counting or not.
    private static byte[] Copy(RedisHold hold, bool isCounted)
    {
        byte[] envelope = hold.Raw;
        try
        {
            envelope = isCounted ? EnvelopeText.WithLost(hold.Raw, hold.Message!, EnvelopeText.LostOf(hold.Message!) + 1) : hold.Raw;
        }
        catch (MessageFormatException)
        {
            // It was read and cannot be written: then it is not counted, and comes back as it was.
        }

        return EnvelopeText.Wrap(envelope, hold.Bucket.Queue);
    }

    private static string MemberOf(ClaimAttempt attempt, RedisBucket bucket) => attempt.ListOf(bucket) + " " + bucket.Key;

    private void AddWatches(RespBatch batch, ClaimAttempt attempt)
    {
        batch.Begin(1 + attempt.Buckets.Count);
        batch.Argument("WATCH"u8);
        foreach (RedisBucket bucket in attempt.Buckets)
        {
            batch.Argument(_keys.Claim(attempt.ListOf(bucket)));
        }
    }

    private int AddCounts(RespBatch batch)
    {
        int first = batch.Replies;
        foreach (RedisBucket bucket in _buckets)
        {
            batch.Add("LLEN", bucket.Key);
        }

        return first;
    }

    // What cannot be counted counts as empty; whoever has nothing else to give out says why.
    private RespErrorException? ReadCounts(RespValue[] replies, int first)
    {
        RespErrorException? refusal = null;
        for (int index = 0; index < _buckets.Length; index++)
        {
            RespValue reply = replies[first + index];
            refusal ??= reply.IsError ? new RespErrorException(reply.AsText()) : null;
            _lengths[index] = reply.IsError ? 0 : reply.AsInteger();
        }

        _areLengthsKnown = true;
        return refusal;
    }

    // On the thread that reads: the server names lists that have changed since they were counted, or none for all.
    private void HearChange(RespValue push)
    {
        ReadOnlySpan<RespValue> items = push.Items;
        if (items.Length < 2 || !items[0].Is("invalidate"u8))
        {
            return;
        }

        if (items[1].IsNull)
        {
            Array.Fill(_isHot, 1);
        }

        foreach (ref readonly RespValue key in items[1].Items)
        {
            if (_places.TryGetValue(key.AsText(), out int place))
            {
                Volatile.Write(ref _isHot[place], 1);
            }
        }

        _changed.Set();
    }
}
