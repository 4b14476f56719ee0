using System.Diagnostics;
using Overlap.Distributed.Backends;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Redis.Resp;

namespace Overlap.Distributed.Redis;

/// <summary>Keeps how calls stand in a Redis server, key for key as Celery does.</summary>
/// <remarks>
/// Order: of two documents of one call the later is kept. Race: one that says less never replaces one that has ended, whoever stores both at the
/// same time; no scripts are used for it. Memory: none. Cost: one round trip for documents that end calls; two for others.
/// </remarks>
[DebuggerDisplay("{Address,nq}")]
public sealed class RedisBackend : IResultBackend
{
    private const int MostTries = 20;

    private readonly RedisUrl _url;
    private readonly RedisBackendOptions _options;
    private readonly RespClient _shared;
    private readonly RedisExclusive _exclusive;
    private readonly RespSubscriber _listener;

    /// <summary>Makes a backend. No link is made before it is used.</summary>
    /// <param name="url">Where the server is: <c>redis://</c>, <c>rediss://</c>, <c>unix://</c> or <c>sentinel://</c>.</param>
    /// <param name="options">Settings; <see langword="null"/>: the defaults.</param>
    /// <exception cref="FormatException">The URL is wrong; the message names the part.</exception>
    public RedisBackend(string url, RedisBackendOptions? options = null)
    {
        _url = RedisUrl.Parse(url);
        _options = options ?? new RedisBackendOptions();
        _shared = new RespClient(_url, _options.Link, "overlap-results");
        _exclusive = new RedisExclusive(_url, _options.Link, "overlap-states");
        _listener = new RespSubscriber(_url, _options.Link, "overlap-waits");
    }

    /// <inheritdoc/>
    public string Address => _url.Address;

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<bool>> StoreAsync(ReadOnlyMemory<ResultDocument> documents, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (documents.IsEmpty)
        {
            return [];
        }

        ResultDocument[] all = documents.ToArray();
        byte[][] written = [.. all.Select(document => ResultCodec.Write(document, _options.EmitsTypeTags))];
        bool[] stored = new bool[all.Length];
        try
        {
            RedisFaultPoints.StoreReady.Reach();
            if (Array.TrueForAll(all, static document => document.IsReady))
            {
                // What ends a call is never refused, so nobody has to look first. To store it twice is the same as once.
                RespTransaction transaction = new(new RespBatch { IsRepeatable = true });
                for (int index = 0; index < all.Length; index++)
                {
                    Add(transaction, all[index], written[index]);
                }

                transaction.Close();
                transaction.Read(await _shared.ExecuteAsync(transaction.Batch, cancellationToken).ConfigureAwait(false));
                RedisFaultPoints.Stored.Reach();
                Array.Fill(stored, true);
                return stored;
            }

            await StoreGuardedAsync(all, written, stored, cancellationToken).ConfigureAwait(false);
            RedisFaultPoints.Stored.Reach();
            return stored;
        }
        catch (Exception error) when (RedisFaults.IsOne(error))
        {
            throw ToBackend(error);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ResultDocument?> ReadAsync(string taskId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(taskId);
        RespBatch batch = new() { IsRepeatable = true };
        batch.Add("GET", KeyOf(taskId));
        try
        {
            RespValue reply = (await _shared.ExecuteAsync(batch, cancellationToken).ConfigureAwait(false))[0].OrThrow();
            return DocumentIn(reply);
        }
        catch (Exception error) when (RedisFaults.IsOne(error))
        {
            throw ToBackend(error);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ResultDocument> WaitAsync(string taskId, Action<ResultDocument>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(taskId);

        // B2: first listen, then read once: what is stored before the reading is read, and what is stored after it is heard.
        (RespSubscription begun, RespValue? read) = await SubscribeAsync(taskId, cancellationToken).ConfigureAwait(false);
        using RespSubscription subscription = begun;
        ResultDocument? document = read is { } reply ? DocumentIn(reply) : await ReadAsync(taskId, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            if (document is { IsReady: true })
            {
                return document;
            }

            if (document is not null)
            {
                progress?.Invoke(document);
            }

            byte[]? heard = await subscription.TakeAsync(cancellationToken).ConfigureAwait(false);

            // After a lost link it listens again, and reads what it may have missed.
            document = heard is null
                ? await ReadWhileLinkedAsync(taskId, cancellationToken).ConfigureAwait(false)
                : ResultCodec.Read(heard, _options.Limits);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<bool> ForgetAsync(string taskId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(taskId);
        RespBatch batch = new();
        batch.Add("DEL", KeyOf(taskId));
        try
        {
            return (await _shared.ExecuteAsync(batch, cancellationToken).ConfigureAwait(false))[0].AsInteger() > 0;
        }
        catch (Exception error) when (RedisFaults.IsOne(error))
        {
            throw ToBackend(error);
        }
    }

    /// <summary>Ends the links. Who waits, fails.</summary>
    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync().ConfigureAwait(false);
        await _exclusive.DisposeAsync().ConfigureAwait(false);
        await _shared.DisposeAsync().ConfigureAwait(false);
    }

    private string KeyOf(string taskId) => _options.KeyPrefix + "celery-task-meta-" + taskId;

    private void Add(RespTransaction transaction, ResultDocument document, byte[] written)
    {
        string key = KeyOf(document.TaskId);
        if (_options.Expiry is { } expiry)
        {
            transaction.Add("SETEX", key, (long)Math.Ceiling(expiry.TotalSeconds), written);
        }
        else
        {
            transaction.Add("SET", key, written);
        }

        // The channel bears the key's name. A Python client that waits hears nothing else.
        transaction.Add("PUBLISH", key, written);
    }

    // B1: the keys are watched while they are looked at: if another stores one of them meanwhile, all is done again.
    private async ValueTask StoreGuardedAsync(ResultDocument[] all, byte[][] written, bool[] stored, CancellationToken cancellationToken)
    {
        string[] keys = [.. all.Select(document => KeyOf(document.TaskId)).Distinct()];
        long start = _options.Link.TimeProvider.GetTimestamp();
        while (true)
        {
            try
            {
                if (await _exclusive.RunAsync(connection => TryStoreAsync(connection, keys, all, written, stored), cancellationToken).ConfigureAwait(false))
                {
                    return;
                }

                throw new BackendException($"Others store the same results in {Address} all the time; try again.");
            }
            catch (RespLinkException error) when (error.IsTransient && _options.Link.TimeProvider.GetElapsedTime(start) < _options.Link.Patience)
            {
                // Whether it was done is seen by doing it again: the same documents over the same documents.
            }
        }
    }

    private async Task<bool> TryStoreAsync(RespConnection connection, string[] keys, ResultDocument[] all, byte[][] written, bool[] stored)
    {
        for (int attempt = 0; attempt < MostTries; attempt++)
        {
            RespBatch look = new();
            look.Add(["WATCH", .. keys.Select(static key => (RespArgument)key)]);
            int values = look.Add(["MGET", .. keys.Select(static key => (RespArgument)key)]);
            RespValue[] replies = await connection.ExecuteAsync(look).ConfigureAwait(false);
            RespValue[] found = replies[values].OrThrow().Items.ToArray();
            HashSet<string> ended = [.. keys.Where((_, index) => HasEnded(found[index]))];
            RespTransaction transaction = new();
            for (int index = 0; index < all.Length; index++)
            {
                string key = KeyOf(all[index].TaskId);
                stored[index] = all[index].IsReady || !ended.Contains(key);
                if (stored[index])
                {
                    Add(transaction, all[index], written[index]);
                }

                if (all[index].IsReady)
                {
                    ended.Add(key);
                }
            }

            transaction.Close();
            if (transaction.Read(await connection.ExecuteAsync(transaction.Batch).ConfigureAwait(false)) is not null)
            {
                return true;
            }
        }

        return false;
    }

    private bool HasEnded(in RespValue found)
    {
        try
        {
            return !found.IsNull && ResultCodec.Read(found.AsBytes(), _options.Limits).IsReady;
        }
        catch (MessageFormatException)
        {
            // What is no document has not ended anything.
            return false;
        }
    }

    private ResultDocument? DocumentIn(in RespValue reply) => reply.IsNull ? null : ResultCodec.Read(reply.AsBytes(), _options.Limits);

    private async ValueTask<(RespSubscription Subscription, RespValue? Read)> SubscribeAsync(string taskId, CancellationToken cancellationToken)
    {
        try
        {
            return await _listener.SubscribeAndReadAsync(KeyOf(taskId), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (RedisFaults.IsOne(error))
        {
            throw ToBackend(error);
        }
    }

    // The listening link is back, so the server is; the other link may need a moment more.
    private async ValueTask<ResultDocument?> ReadWhileLinkedAsync(string taskId, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await ReadAsync(taskId, cancellationToken).ConfigureAwait(false);
            }
            catch (BackendException error) when (error.IsTransient)
            {
                await Task.Delay(_options.Link.LongestPause, _options.Link.TimeProvider, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private BackendException ToBackend(Exception error) =>
        new(RedisFaults.Describe(error, Address), error) { IsTransient = RedisFaults.IsTransient(error) };
}
