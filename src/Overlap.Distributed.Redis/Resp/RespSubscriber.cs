namespace Overlap.Distributed.Redis.Resp;

/// <summary>Listens to channels over a link of its own, and listens again after that was lost.</summary>
/// <remarks>
/// Order: of a channel as the messages came. Race: a subscription that was confirmed misses nothing until the link is lost; then it is told so,
/// once it listens again. Memory: what came and was not taken. Cost: one round trip for each subscription, none for those who join one.
/// </remarks>
internal sealed class RespSubscriber : IAsyncDisposable
{
    private readonly RespClient _client;
    private readonly Lock _gate = new();

    // Guarded by _gate. Whoever changes it sends the command for it under the same gate, so that the server sees the changes in this order.
    private readonly Dictionary<(string Name, bool IsPattern), List<RespSubscription>> _subscriptions = [];
    private readonly HashSet<Task> _unconfirmed = [];
    private RespConnection? _last;

    public RespSubscriber(RedisUrl url, RedisLinkOptions options, string name) =>
        _client = new RespClient(url, options, name, new RespConnectionOptions { IsListener = true, OnPush = Accept })
        {
            IsEager = true,
            Prepare = SubscribeAgainAsync,
        };

    /// <summary>Begins to listen.</summary>
    /// <returns>The subscription, which the server has confirmed.</returns>
    /// <exception cref="RespLinkException">The server cannot be reached.</exception>
    /// <exception cref="RespErrorException">The server refuses.</exception>
    public async ValueTask<RespSubscription> SubscribeAsync(string name, bool isPattern, CancellationToken cancellationToken)
    {
        TaskCompletionSource confirmed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _gate.Enter();
        _unconfirmed.Add(confirmed.Task);
        _gate.Exit();
        try
        {
            return await ConfirmAsync(name, isPattern, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Enter();
            _unconfirmed.Remove(confirmed.Task);
            _gate.Exit();
            confirmed.SetResult();
        }
    }

    /// <summary>Waits until all subscriptions that were begun are confirmed, or have failed.</summary>
    public Task WaitUntilConfirmedAsync()
    {
        _gate.Enter();
        Task[] unconfirmed = [.. _unconfirmed];
        _gate.Exit();
        return Task.WhenAll(unconfirmed);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync().ConfigureAwait(false);
        RespSubscription[] all;
        _gate.Enter();
        all = [.. _subscriptions.Values.SelectMany(static some => some)];
        _gate.Exit();
        foreach (RespSubscription subscription in all)
        {
            subscription.End();
        }
    }

    private async ValueTask<RespSubscription> ConfirmAsync(string name, bool isPattern, CancellationToken cancellationToken)
    {
        RespSubscription subscription = new(this, name, isPattern);
        bool isAdded = false;
        try
        {
            while (true)
            {
                RespConnection connection = await _client.GetConnectionAsync(cancellationToken).ConfigureAwait(false);
                Task<RespValue[]> sent;
                _gate.Enter();
                try
                {
                    if (!isAdded)
                    {
                        isAdded = true;
                        Add(subscription);
                    }

                    _last = connection;
                    sent = connection.ExecuteAsync(Command(isPattern ? "PSUBSCRIBE" : "SUBSCRIBE", name));
                }
                finally
                {
                    _gate.Exit();
                }

                try
                {
                    (await sent.WaitAsync(cancellationToken).ConfigureAwait(false))[0].OrThrow();
                    return subscription;
                }
                catch (RespLinkException)
                {
                    // The next link subscribes to all there is; asking once more is harmless and tells when.
                }
            }
        }
        catch when (isAdded)
        {
            Leave(subscription);
            throw;
        }
    }

    /// <summary>Ends a subscription.</summary>
    internal void Leave(RespSubscription subscription)
    {
        _gate.Enter();
        try
        {
            (string, bool) key = (subscription.Name, subscription.IsPattern);
            if (!_subscriptions.TryGetValue(key, out List<RespSubscription>? all) || !all.Remove(subscription) || all.Count > 0)
            {
                return;
            }

            _subscriptions.Remove(key);

            // Nobody awaits it: a link that is lost meanwhile has forgotten the channel anyway.
            _ = _last?.ExecuteAsync(Command(subscription.IsPattern ? "PUNSUBSCRIBE" : "UNSUBSCRIBE", subscription.Name));
        }
        finally
        {
            _gate.Exit();
        }
    }

    private static RespBatch Command(string command, string name)
    {
        RespBatch batch = new();
        batch.Add(command, name);
        return batch;
    }

    private void Add(RespSubscription subscription)
    {
        (string, bool) key = (subscription.Name, subscription.IsPattern);
        if (!_subscriptions.TryGetValue(key, out List<RespSubscription>? all))
        {
            _subscriptions.Add(key, all = []);
        }

        all.Add(subscription);
    }

    private async Task SubscribeAgainAsync(RespConnection connection)
    {
        RespBatch batch = new();
        RespSubscription[] all;
        Task<RespValue[]> sent;
        _gate.Enter();
        try
        {
            all = [.. _subscriptions.Values.SelectMany(static some => some)];
            foreach ((string name, bool isPattern) in _subscriptions.Keys)
            {
                batch.Add(isPattern ? "PSUBSCRIBE" : "SUBSCRIBE", name);
            }

            if (batch.Replies == 0)
            {
                return;
            }

            _last = connection;
            sent = connection.ExecuteAsync(batch);
        }
        finally
        {
            _gate.Exit();
        }

        await sent.ConfigureAwait(false);
        foreach (RespSubscription subscription in all)
        {
            subscription.Offer(null);
        }
    }

    // On the thread that reads.
    private void Accept(RespValue message)
    {
        ReadOnlySpan<RespValue> items = message.Items;
        bool isPattern = items.Length == 4;
        if (items.Length < 3 || items[1].Kind != RespKind.Bulk || items[^1].Kind != RespKind.Bulk)
        {
            return;
        }

        string name = items[1].AsText();
        byte[] payload = items[^1].AsBytes();
        _gate.Enter();
        try
        {
            if (_subscriptions.TryGetValue((name, isPattern), out List<RespSubscription>? all))
            {
                foreach (RespSubscription subscription in all)
                {
                    subscription.Offer(payload);
                }
            }
        }
        finally
        {
            _gate.Exit();
        }
    }
}
