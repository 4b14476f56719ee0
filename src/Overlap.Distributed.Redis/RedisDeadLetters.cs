using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Redis.Resp;

namespace Overlap.Distributed.Redis;

/// <summary>The dead letters of a <see cref="RedisBroker"/>: a hash of records, and a sorted set that tells their order.</summary>
internal sealed partial class RedisDeadLetters(RedisBroker broker, RedisExclusive exclusive) : IDeadLetterStore
{
    private const int MostTries = 20;

    // Makes ids of the same moment differ, and keeps their order.
    private static int _lastId;

    private RedisKeys Keys => broker.Keys;

    /// <summary>Makes an id; later ones come later in order.</summary>
    public static string NewId(DateTimeOffset now) => string.Create(
        CultureInfo.InvariantCulture,
        $"{now.ToUnixTimeMilliseconds():x11}-{Interlocked.Increment(ref _lastId) & 0xfffff:x5}-{Random.Shared.Next(0x10000):x4}");

    /// <summary>Adds one as part of a transaction.</summary>
    public static void Add(RespTransaction transaction, RedisKeys keys, string id, string queue, DeadLetterCause cause, DateTimeOffset at, ReadOnlyMemory<byte> raw)
    {
        byte[] record = JsonSerializer.SerializeToUtf8Bytes(
            new Kept(queue, cause.Defect.ToString(), cause.Detail, at, raw.ToArray()), KeptContext.Default.Kept);
        transaction.Add("HSET", keys.Dead, id, record);
        transaction.Add("ZADD", keys.DeadIndex, RespBatch.SecondsOf(at), id);
    }

    public async ValueTask<long> CountAsync(CancellationToken cancellationToken = default)
    {
        RespBatch batch = new() { IsRepeatable = true };
        batch.Add("ZCARD", Keys.DeadIndex);
        return (await broker.RunAsync(batch, cancellationToken).ConfigureAwait(false))[0].AsInteger();
    }

    public async ValueTask<IReadOnlyList<DeadLetterRecord>> ListAsync(int most, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(most);
        if (most == 0)
        {
            return [];
        }

        RespBatch batch = new() { IsRepeatable = true };
        batch.Add("ZRANGE", Keys.DeadIndex, 0, most - 1);
        string[] ids = [.. (await broker.RunAsync(batch, cancellationToken).ConfigureAwait(false))[0].Items.ToArray().Select(static id => id.AsText())];
        if (ids.Length == 0)
        {
            return [];
        }

        RespBatch read = new() { IsRepeatable = true };
        read.Add(["HMGET", Keys.Dead, .. ids.Select(static id => (RespArgument)id)]);
        RespValue[] records = (await broker.RunAsync(read, cancellationToken).ConfigureAwait(false))[0].Items.ToArray();
        return [.. ids.Zip(records).Select(static pair => Read(pair.First, pair.Second)).OfType<DeadLetterRecord>()];
    }

    public async ValueTask<DeadLetterRecord?> FindAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        RespBatch batch = new() { IsRepeatable = true };
        batch.Add("HGET", Keys.Dead, id);
        return Read(id, (await broker.RunAsync(batch, cancellationToken).ConfigureAwait(false))[0]);
    }

    public ValueTask<bool> RequeueAsync(string id, CancellationToken cancellationToken = default) => TakeAsync(
        id,
        record => (BucketOf(record), record.Raw.ToArray()),
        cancellationToken);

    public ValueTask<bool> DropAsync(string id, CancellationToken cancellationToken = default) => TakeAsync(id, static _ => null, cancellationToken);

    private static DeadLetterRecord? Read(string id, in RespValue value)
    {
        if (value.IsNull)
        {
            return null;
        }

        Kept? kept;
        try
        {
            kept = JsonSerializer.Deserialize(value.AsBytes(), KeptContext.Default.Kept);
        }
        catch (JsonException)
        {
            kept = null;
        }

        // What somebody else wrote there is shown as it is.
        kept ??= new Kept("", nameof(MessageDefect.Malformed), "The record of this dead letter cannot be read.", DateTimeOffset.UnixEpoch, value.AsBytes());
        return new DeadLetterRecord
        {
            Id = id,
            Queue = kept.Queue,
            Cause = new DeadLetterCause(Enum.TryParse(kept.Defect, out MessageDefect defect) ? defect : MessageDefect.Malformed, kept.Detail),
            At = kept.At,
            Raw = kept.Raw,
        };
    }

    private string BucketOf(DeadLetterRecord record)
    {
        try
        {
            return Keys.BucketOf(record.Queue, EnvelopeCodec.Read(record.Raw, ProtocolLimits.Default).Properties.Priority);
        }
        catch (MessageFormatException)
        {
            return Keys.BucketOf(record.Queue, 0);
        }
    }

    // Of several who take the same one, one does: the others see that the hash has changed, and that it is gone.
    private async ValueTask<bool> TakeAsync(string id, Func<DeadLetterRecord, (string Bucket, byte[] Raw)?> whereTo, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(id);
        try
        {
            return await exclusive.RunAsync(connection => TakeAsync(connection, id, whereTo), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (RedisFaults.IsOne(error))
        {
            throw RedisFaults.ToBroker(error, broker.Address);
        }
    }

    private async Task<bool> TakeAsync(RespConnection connection, string id, Func<DeadLetterRecord, (string Bucket, byte[] Raw)?> whereTo)
    {
        for (int attempt = 0; attempt < MostTries; attempt++)
        {
            RespBatch look = new();
            look.Add("WATCH", Keys.Dead);
            int record = look.Add("HGET", Keys.Dead, id);
            RespValue[] replies = await connection.ExecuteAsync(look).ConfigureAwait(false);
            if (Read(id, replies[record].OrThrow()) is not { } found)
            {
                return false;
            }

            RespTransaction transaction = new();
            transaction.Add("HDEL", Keys.Dead, id);
            transaction.Add("ZREM", Keys.DeadIndex, id);
            if (whereTo(found) is { } target)
            {
                transaction.Add("LPUSH", target.Bucket, target.Raw);
            }

            transaction.Close();
            if (transaction.Read(await connection.ExecuteAsync(transaction.Batch).ConfigureAwait(false)) is not null)
            {
                return true;
            }
        }

        throw new BrokerException($"The dead letters of {broker.Address} change all the time; try again.");
    }

    /// <summary>A record as it is written.</summary>
    internal sealed record Kept(string Queue, string Defect, string Detail, DateTimeOffset At, byte[] Raw);

    [JsonSerializable(typeof(Kept))]
    private sealed partial class KeptContext : JsonSerializerContext;
}
