using System.Diagnostics;
using System.Runtime.CompilerServices;
using Overlap.Distributed.Protocol;
using Overlap.Synchronization;

namespace Overlap.Distributed.Brokers;

/// <summary>A broker that keeps its messages in this process, for tests: the whole contract, and nothing outlives it.</summary>
/// <remarks>
/// Order: of a queue by priority, the lower number first, and then as they were published. Race: one short lock for each call.
/// Memory: all messages, without a limit. Cost: no server, no file; time is that of the provider, so a test may let it jump.
/// </remarks>
[DebuggerDisplay("{Address,nq}")]
public sealed partial class InMemoryBroker : IBroker
{
    private readonly InMemoryDeadLetters _deadLetters;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _lease;
    private readonly ITimer _timer;

    // Guarded by Gate.
    private readonly Dictionary<string, SortedSet<InMemoryMessage>> _queues = [];
    private readonly HashSet<QueueDefinition> _bindings = [];
    private readonly SortedSet<InMemoryMessage> _deferred = new(InMemoryMessage.ByDue);
    private readonly HashSet<InMemoryHold> _runningOut = [];
    private readonly HashSet<InMemoryConsumer> _consumers = [];
    private readonly HashSet<InMemoryListener> _listeners = [];
    private long _lastPlace;
    private long _lastTag;
    private bool _isDisposed;

    /// <summary>Makes a broker without messages, with the settings that hold where nothing else is said.</summary>
    public InMemoryBroker()
        : this(new InMemoryBrokerOptions())
    {
    }

    /// <summary>Makes a broker without messages.</summary>
    /// <param name="options">Its clock and its leases.</param>
    public InMemoryBroker(InMemoryBrokerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _clock = options.TimeProvider;
        _lease = options.Lease;
        _deadLetters = new InMemoryDeadLetters(this);
        _timer = _clock.CreateTimer(
            static self => ((InMemoryBroker)self!).LookAtTheClock(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public string Address => "memory://";

    /// <inheritdoc/>
    public IDeadLetterStore DeadLetters => _deadLetters;

    /// <summary>Guards all of it.</summary>
    internal Lock Gate { get; } = new();

    /// <inheritdoc/>
    public ValueTask DeclareAsync(QueueDefinition queue, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queue);
        cancellationToken.ThrowIfCancellationRequested();
        lock (Gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _bindings.Add(queue with { Exchange = queue.Exchange ?? queue.Name, RoutingKey = queue.RoutingKey ?? queue.Name });
        }

        return default;
    }

    /// <inheritdoc/>
    public ValueTask PublishAsync(ReadOnlyMemory<Publication> publications, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        StoredPublication[] stored = new StoredPublication[publications.Length];
        for (int index = 0; index < stored.Length; index++)
        {
            stored[index] = StoredPublication.Of(publications.Span[index]);
        }

        lock (Gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            Array.ForEach(stored, ThrowIfUnboundLocked);
            Array.ForEach(stored, PublishLocked);
        }

        WakeConsumers();
        return default;
    }

    /// <inheritdoc/>
    public ValueTask<IBrokerConsumer> ConsumeAsync(ConsumerOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        cancellationToken.ThrowIfCancellationRequested();
        InMemoryConsumer consumer = new(this, options);
        lock (Gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _consumers.Add(consumer);
        }

        return new ValueTask<IBrokerConsumer>(consumer);
    }

    /// <inheritdoc/>
    public ValueTask BroadcastAsync(string exchange, string routingKey, WireMessage message, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        StoredPublication stored = StoredPublication.Of(new Publication(exchange, routingKey, message));
        lock (Gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            BroadcastLocked(stored);
        }

        return default;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<WireMessage> ListenAsync(
        string exchange, string pattern, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        InMemoryListener listener = new(exchange, pattern);
        lock (Gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _listeners.Add(listener);
        }

        try
        {
            while (true)
            {
                WireMessage heard;
                try
                {
                    heard = await listener.Heard.TakeAsync(cancellationToken).ConfigureAwait(false);
                }
                catch (QueueShutDownException)
                {
                    throw new ObjectDisposedException(nameof(InMemoryBroker));
                }

                yield return heard;
            }
        }
        finally
        {
            lock (Gate)
            {
                _listeners.Remove(listener);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<long> CountAsync(string queue, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (Gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return new ValueTask<long>(_queues.TryGetValue(queue, out SortedSet<InMemoryMessage>? messages) ? messages.Count : 0);
        }
    }

    /// <inheritdoc/>
    public ValueTask<long> PurgeAsync(string queue, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (Gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return new ValueTask<long>(_queues.Remove(queue, out SortedSet<InMemoryMessage>? messages) ? messages.Count : 0);
        }
    }

    /// <inheritdoc/>
    public ValueTask<BrokerReport> ExamineAsync(CancellationToken cancellationToken = default) => new(new BrokerReport(
        "in memory",
        "A worker that dies in this process takes the broker with it: all is lost with the process, nothing before.",
        [new BrokerFinding("storage", "memory", "For tests. Use SQLite or Redis for what must not be lost.")]));

    /// <summary>
    /// Lets the leases of what a consumer holds now run out, as if its process stood still from now on: when the time of a lease has passed, they
    /// are back in their queues for others, and the consumer is told.
    /// </summary>
    /// <param name="consumer">A consumer of this broker.</param>
    public void LetLeasesRunOut(IBrokerConsumer consumer)
    {
        if (consumer is not InMemoryConsumer known || !ReferenceEquals(known.Broker, this))
        {
            throw new ArgumentException("It is no consumer of this broker.", nameof(consumer));
        }

        lock (Gate)
        {
            DateTimeOffset end = _clock.GetUtcNow() + _lease;
            foreach (InMemoryHold hold in known.Held)
            {
                if (_runningOut.Add(hold))
                {
                    hold.EndsAt = end;
                }
            }

            SetTimerLocked();
        }
    }

    /// <summary>Drops all messages; consumers and listeners end.</summary>
    public ValueTask DisposeAsync()
    {
        InMemoryConsumer[] consumers;
        lock (Gate)
        {
            _isDisposed = true;
            consumers = [.. _consumers];
            foreach (InMemoryListener listener in _listeners)
            {
                listener.Heard.ShutDown(immediate: true);
            }
        }

        foreach (InMemoryConsumer consumer in consumers)
        {
            Leave(consumer);
        }

        return _timer.DisposeAsync();
    }

    /// <summary>Puts bytes into a queue as a stranger's program might have written them.</summary>
    internal void PublishRaw(string queue, ReadOnlyMemory<byte> raw)
    {
        lock (Gate)
        {
            PutLastLocked(new InMemoryMessage { Queue = queue, Priority = 0, Raw = raw });
        }

        WakeConsumers();
    }

    /// <summary>Lets all consumers look again. Not under the gate.</summary>
    internal void WakeConsumers()
    {
        InMemoryConsumer[] consumers;
        lock (Gate)
        {
            consumers = [.. _consumers];
        }

        foreach (InMemoryConsumer consumer in consumers)
        {
            consumer.Wake();
        }
    }

    internal void PutLastLocked(InMemoryMessage message)
    {
        message.Place = ++_lastPlace;
        PutLocked(message);
    }

    private void PutLocked(InMemoryMessage message)
    {
        if (!_queues.TryGetValue(message.Queue, out SortedSet<InMemoryMessage>? messages))
        {
            messages = new SortedSet<InMemoryMessage>(InMemoryMessage.ByPlace);
            _queues.Add(message.Queue, messages);
        }

        messages.Add(message);
    }

    private void ThrowIfUnboundLocked(StoredPublication publication)
    {
        if (!IsFanoutLocked(publication.Exchange) && !QueuesOfLocked(publication.Exchange, publication.RoutingKey).Any())
        {
            throw new BrokerException(
                $"No queue of {Address} is bound to the exchange '{publication.Exchange}' with the routing key '{publication.RoutingKey}'.")
            {
                IsTransient = false,
            };
        }
    }

    private void PublishLocked(StoredPublication publication)
    {
        if (IsFanoutLocked(publication.Exchange))
        {
            BroadcastLocked(publication);
            return;
        }

        foreach (string queue in QueuesOfLocked(publication.Exchange, publication.RoutingKey))
        {
            PutLastLocked(new InMemoryMessage { Queue = queue, Priority = publication.Priority, Raw = publication.Body });
        }
    }

    private bool IsFanoutLocked(string exchange) =>
        exchange.Length > 0 && _bindings.Any(binding => binding.Exchange == exchange && binding.ExchangeKind == ExchangeKind.Fanout);

    private IEnumerable<string> QueuesOfLocked(string exchange, string routingKey)
    {
        if (exchange.Length == 0)
        {
            return routingKey.Length == 0 ? [] : [routingKey];
        }

        return _bindings
            .Where(binding => binding.Exchange == exchange && binding.ExchangeKind switch
            {
                ExchangeKind.Direct => binding.RoutingKey == routingKey,
                ExchangeKind.Topic => RoutingPattern.Fits(binding.RoutingKey!, routingKey),
                _ => false,
            })
            .Select(static binding => binding.Name)
            .Distinct();
    }

    private void BroadcastLocked(StoredPublication publication)
    {
        WireMessage message = EnvelopeCodec.Read(publication.Body, ProtocolLimits.Default);
        foreach (InMemoryListener listener in _listeners)
        {
            listener.Offer(publication.Exchange, publication.RoutingKey, message);
        }
    }
}
