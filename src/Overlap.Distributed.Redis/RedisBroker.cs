using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Redis.Resp;

namespace Overlap.Distributed.Redis;

/// <summary>Keeps messages in a Redis server, key for key as Celery's transport does, so that its workers and ours share queues.</summary>
/// <remarks>
/// Order: of a queue and priority as they were published; the lower priority number is served first. Race: a message is in a queue, claimed, or
/// held, and never only in memory. Memory: what is not confirmed. Cost: one round trip for a batch of messages; one for a batch of settlements.
/// Invariants: those of the folder's README. The server must be 6.2 or later; no scripts are used.
/// </remarks>
[DebuggerDisplay("{Address,nq}")]
public sealed class RedisBroker : IBroker
{
    private readonly RedisUrl _url;
    private readonly RedisBrokerOptions _options;
    private readonly ILogger _logger;
    private readonly RedisExclusive _exclusive;
    private readonly RespSubscriber _listener;
    private readonly RedisSweeper _sweeper;
    private readonly RedisDeadLetters _deadLetters;
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly HashSet<RedisConsumer> _consumers = [];
    private bool _isDisposed;

    /// <summary>Makes a broker. No link is made before it is used.</summary>
    /// <param name="url">Where the server is: <c>redis://</c>, <c>rediss://</c>, <c>unix://</c> or <c>sentinel://</c>.</param>
    /// <param name="options">Settings; <see langword="null"/>: the defaults.</param>
    /// <param name="logger">Told what an operator acts on.</param>
    /// <exception cref="FormatException">The URL is wrong; the message names the part.</exception>
    public RedisBroker(string url, RedisBrokerOptions? options = null, ILogger? logger = null)
    {
        _url = RedisUrl.Parse(url);
        _options = options ?? new RedisBrokerOptions();
        _logger = logger ?? NullLogger.Instance;
        Keys = new RedisKeys(_options, _url.Database);
        Shared = new RespClient(_url, _options.Link, "overlap") { OnConnected = RefreshLeases };
        _exclusive = new RedisExclusive(_url, _options.Link, "overlap-sweep");
        _listener = new RespSubscriber(_url, _options.Link, "overlap-listen");
        Routes = new RedisRoutes(Shared, Keys);
        _deadLetters = new RedisDeadLetters(this, _exclusive);
        _sweeper = new RedisSweeper(Shared, _exclusive, Keys, Routes, _options, _logger);
    }

    /// <inheritdoc/>
    public string Address => _url.Address;

    /// <inheritdoc/>
    public IDeadLetterStore DeadLetters => _deadLetters;

    internal RedisKeys Keys { get; }

    internal RespClient Shared { get; }

    internal RedisRoutes Routes { get; }

    /// <inheritdoc/>
    public async ValueTask DeclareAsync(QueueDefinition queue, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queue);
        if (queue.Name.Length == 0 || queue.Name.AsSpan().ContainsAny('\n', '\r'))
        {
            throw new ArgumentException("A queue's name is not empty, and one line.", nameof(queue));
        }

        string exchange = queue.Exchange ?? queue.Name;
        string routingKey = queue.ExchangeKind == ExchangeKind.Fanout ? queue.RoutingKey ?? "" : queue.RoutingKey ?? queue.Name;
        Routes.Learn(exchange, queue.ExchangeKind);
        if (exchange.Length == 0)
        {
            return;
        }

        RespBatch batch = new() { IsRepeatable = true };
        string pattern = queue.ExchangeKind == ExchangeKind.Topic ? RedisKeys.PatternOf(routingKey) : "";
        batch.Add("SADD", Keys.Binding(exchange), Keys.BindingOf(routingKey, pattern, queue.Name));
        await RunAsync(batch, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask PublishAsync(ReadOnlyMemory<Publication> publications, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (publications.IsEmpty)
        {
            return;
        }

        List<RedisRoutes.Push> pushes;
        try
        {
            pushes = await Routes.RouteAsync(publications, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (RedisFaults.IsOne(error))
        {
            // Only asked where to: nothing was published.
            throw RedisFaults.ToBroker(error, Address);
        }

        try
        {
            RedisFaultPoints.PublicationReady.Reach();
            RedisRoutes.Push first = pushes[0];
            if (pushes.TrueForAll(push => push.Key == first.Key && !push.IsChannel))
            {
                // One list: one command, which is carried out whole or not at all by itself.
                RespBatch batch = new();
                batch.Begin(pushes.Count + 2);
                batch.Argument("LPUSH"u8);
                batch.Argument(first.Key);
                foreach (RedisRoutes.Push push in pushes)
                {
                    batch.Argument(push.Message);
                }

                (await Shared.ExecuteAsync(batch, cancellationToken).ConfigureAwait(false))[0].OrThrow();
                RedisFaultPoints.PublicationMade.Reach();
                return;
            }

            RespTransaction transaction = new();
            foreach (RedisRoutes.Push push in pushes)
            {
                transaction.Add(push.IsChannel ? "PUBLISH" : "LPUSH", push.Key, push.Message);
            }

            transaction.Close();
            transaction.Read(await Shared.ExecuteAsync(transaction.Batch, cancellationToken).ConfigureAwait(false));
            RedisFaultPoints.PublicationMade.Reach();
        }
        catch (RespLinkException error) when (error.WasSent)
        {
            string id = publications.Span[0].Message.Properties.CorrelationId ?? "a message";
            string others = publications.Length > 1 ? $" and {publications.Length - 1} more" : "";
            throw new PublishUncertainException($"The link to {Address} was lost before it confirmed {id}{others}: {error.Message}", error);
        }
        catch (Exception error) when (RedisFaults.IsOne(error))
        {
            throw RedisFaults.ToBroker(error, Address);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IBrokerConsumer> ConsumeAsync(ConsumerOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        RedisConsumer consumer = new(this, _url, options, _options, _logger);
        _gate.Enter();
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _consumers.Add(consumer);
        }
        finally
        {
            _gate.Exit();
        }

        try
        {
            await consumer.StartAsync(cancellationToken).ConfigureAwait(false);
            _sweeper.Start();
            return consumer;
        }
        catch (Exception error)
        {
            await consumer.DisposeAsync().ConfigureAwait(false);
            if (RedisFaults.IsOne(error))
            {
                throw RedisFaults.ToBroker(error, Address);
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask BroadcastAsync(string exchange, string routingKey, WireMessage message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        ArgumentNullException.ThrowIfNull(routingKey);
        ArgumentNullException.ThrowIfNull(message);
        byte[] written = EnvelopeCodec.Write(message with
        {
            Properties = message.Properties with { Exchange = exchange, RoutingKey = routingKey, DeliveryTag = Guid.NewGuid().ToString() },
        });
        RespBatch batch = new();
        batch.Add("PUBLISH", Keys.Channel(exchange, routingKey), written);
        await RunAsync(batch, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<WireMessage> ListenAsync(
        string exchange, string pattern, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        ArgumentNullException.ThrowIfNull(pattern);
        using RespSubscription subscription = await ListenAsync(Keys.ChannelPattern(exchange, pattern), cancellationToken).ConfigureAwait(false);
        while (true)
        {
            byte[]? raw = await subscription.TakeAsync(cancellationToken).ConfigureAwait(false);
            WireMessage? message = null;
            try
            {
                message = raw is null ? null : EnvelopeCodec.Read(raw, ProtocolLimits.Default);
            }
            catch (MessageFormatException error)
            {
                RedisLog.BroadcastUnread(_logger, exchange, error.Message);
            }

            if (message is not null)
            {
                yield return message;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<long> CountAsync(string queue, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queue);
        RespBatch batch = new() { IsRepeatable = true };
        foreach (string bucket in Keys.BucketsOf(queue))
        {
            batch.Add("LLEN", bucket);
        }

        return (await RunAsync(batch, cancellationToken).ConfigureAwait(false)).Sum(static reply => reply.AsInteger());
    }

    /// <inheritdoc/>
    public async ValueTask<long> PurgeAsync(string queue, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queue);
        RespTransaction transaction = new();
        foreach (string bucket in Keys.BucketsOf(queue))
        {
            transaction.Add("LLEN", bucket);
        }

        int counts = transaction.Count;
        foreach (string bucket in Keys.BucketsOf(queue))
        {
            transaction.Add("DEL", bucket);
        }

        transaction.Close();
        RespValue[] replies = await RunAsync(transaction.Batch, cancellationToken).ConfigureAwait(false);
        return Guarded(() => transaction.Read(replies))!.Take(counts).Sum(static count => count.AsInteger());
    }

    /// <inheritdoc/>
    public ValueTask<BrokerReport> ExamineAsync(CancellationToken cancellationToken = default) => RedisExamination.RunAsync(this, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        RedisConsumer[] consumers;
        _gate.Enter();
        try
        {
            _isDisposed = true;
            consumers = [.. _consumers];
        }
        finally
        {
            _gate.Exit();
        }

        foreach (RedisConsumer consumer in consumers)
        {
            await consumer.DisposeAsync().ConfigureAwait(false);
        }

        await _sweeper.DisposeAsync().ConfigureAwait(false);
        await _listener.DisposeAsync().ConfigureAwait(false);
        await _exclusive.DisposeAsync().ConfigureAwait(false);
        await Shared.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Sends commands, and throws in the broker's words if the link is lost or one is refused.</summary>
    internal async ValueTask<RespValue[]> RunAsync(RespBatch batch, CancellationToken cancellationToken)
    {
        try
        {
            RespValue[] replies = await Shared.ExecuteAsync(batch, cancellationToken).ConfigureAwait(false);
            foreach (ref readonly RespValue reply in replies.AsSpan())
            {
                // A transaction tells by itself which of its commands was refused.
                if (reply.IsError && !reply.AsText().StartsWith("EXECABORT", StringComparison.Ordinal))
                {
                    reply.OrThrow();
                }
            }

            return replies;
        }
        catch (Exception error) when (RedisFaults.IsOne(error))
        {
            throw RedisFaults.ToBroker(error, Address);
        }
    }

    internal void Forget(RedisConsumer consumer)
    {
        _gate.Enter();
        try
        {
            _consumers.Remove(consumer);
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>Brings back what others have left behind and what is due, now.</summary>
    internal Task SweepAsync(CancellationToken cancellationToken) => _sweeper.SweepAsync(cancellationToken);

    /// <summary>Renews the leases of all consumers, now.</summary>
    internal async Task RenewLeasesAsync()
    {
        RedisConsumer[] consumers;
        _gate.Enter();
        consumers = [.. _consumers];
        _gate.Exit();
        foreach (RedisConsumer consumer in consumers)
        {
            await consumer.RenewLeasesAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Waits until all who have begun to listen hear what is broadcast.</summary>
    internal Task WaitUntilListeningAsync() => _listener.WaitUntilConfirmedAsync();

    private T Guarded<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (RedisFaults.IsOne(error))
        {
            throw RedisFaults.ToBroker(error, Address);
        }
    }

    private async ValueTask<RespSubscription> ListenAsync(string channel, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await _listener.SubscribeAsync(channel, isPattern: true, cancellationToken).ConfigureAwait(false);
            }
            catch (RespLinkException error) when (error.IsTransient)
            {
                // Listening ends with its token only.
                RedisLog.LinkLost(_logger, Address, error.Message);
            }
            catch (Exception error) when (RedisFaults.IsOne(error))
            {
                throw RedisFaults.ToBroker(error, Address);
            }
        }
    }

    // After a loss of the link, others may be about to bring back what is held here.
    private void RefreshLeases()
    {
        _gate.Enter();
        try
        {
            foreach (RedisConsumer consumer in _consumers)
            {
                consumer.RefreshSoon();
            }
        }
        finally
        {
            _gate.Exit();
        }
    }
}
