namespace Overlap.Distributed.Redis.Resp;

/// <summary>Listens to channels over a link of its own, and listens again after that was lost.</summary>
/// <remarks>
/// Order: of a channel as the messages came. Race: a subscription that was confirmed misses nothing until the link is lost; then it is told so,
/// once it listens again. Memory: what came and was not taken, and the names of some channels that were left. Cost: one round trip for each
/// subscription, in which a key may be read too. A channel is left with the next command, or a second later.
/// </remarks>
internal sealed class RespSubscriber : IAsyncDisposable
{
    // So many channels that were left are not carried about.
    private const int MostLeft = 64;

    // RESP2 lets no other command on a link that listens.
    private const int ReadsWhileListening = 3;
    private static readonly TimeSpan LeavePause = TimeSpan.FromSeconds(1);

    private readonly RespClient _client;
    private readonly ITimer _leaving;
    private readonly Lock _gate = new();

    // Guarded by _gate. Whoever changes it sends the command for it under the same gate, so that the server sees the changes in this order.
    private readonly Dictionary<(string Name, bool IsPattern), List<RespSubscription>> _subscriptions = [];
    private readonly HashSet<Task> _unconfirmed = [];
    private readonly HashSet<(string Name, bool IsPattern)> _left = [];
    private RespConnection? _last;

    public RespSubscriber(RedisUrl url, RedisLinkOptions options, string name)
    {
        _client = new RespClient(url, options, name, new RespConnectionOptions { IsListener = true, OnPush = Accept })
        {
            IsEager = true,
            Prepare = SubscribeAgainAsync,
        };
        _leaving = options.TimeProvider.CreateTimer(static self => ((RespSubscriber)self!).SayWhatIsLeft(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Begins to listen.</summary>
    /// <returns>The subscription, which the server has confirmed.</returns>
    /// <exception cref="RespLinkException">The server cannot be reached.</exception>
    /// <exception cref="RespErrorException">The server refuses.</exception>
    public async ValueTask<RespSubscription> SubscribeAsync(string name, bool isPattern, CancellationToken cancellationToken) =>
        (await SubscribeAsync(name, isPattern, isRead: false, cancellationToken).ConfigureAwait(false)).Subscription;

    /// <summary>Begins to listen to the channel that bears the name of a key, and reads the key then.</summary>
    /// <returns>The subscription, and what the key held when it began; <see langword="null"/> in its place, if it is to be read over another link.</returns>
    /// <exception cref="RespLinkException">The server cannot be reached.</exception>
    /// <exception cref="RespErrorException">The server refuses to let us listen.</exception>
    public ValueTask<(RespSubscription Subscription, RespValue? Read)> SubscribeAndReadAsync(string key, CancellationToken cancellationToken) =>
        SubscribeAsync(key, isPattern: false, isRead: true, cancellationToken);

    private async ValueTask<(RespSubscription Subscription, RespValue? Read)> SubscribeAsync(
        string name, bool isPattern, bool isRead, CancellationToken cancellationToken)
    {
        TaskCompletionSource confirmed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _gate.Enter();
        _unconfirmed.Add(confirmed.Task);
        _gate.Exit();
        try
        {
            return await ConfirmAsync(name, isPattern, isRead, cancellationToken).ConfigureAwait(false);
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
        await _leaving.DisposeAsync().ConfigureAwait(false);
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

    private async ValueTask<(RespSubscription, RespValue?)> ConfirmAsync(string name, bool isPattern, bool isRead, CancellationToken cancellationToken)
    {
        RespSubscription subscription = new(this, name, isPattern);
        bool isAdded = false;
        try
        {
            while (true)
            {
                RespConnection connection = await _client.GetConnectionAsync(cancellationToken).ConfigureAwait(false);
                RespBatch batch = new();
                int read = -1;
                int confirmation;
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
                    AddLeftLocked(batch);
                    confirmation = batch.Add(isPattern ? "PSUBSCRIBE" : "SUBSCRIBE", name);
                    if (isRead && connection.Protocol >= ReadsWhileListening)
                    {
                        read = batch.Add("GET", name);
                    }

                    sent = connection.ExecuteAsync(batch);
                }
                finally
                {
                    _gate.Exit();
                }

                try
                {
                    RespValue[] replies = await sent.WaitAsync(cancellationToken).ConfigureAwait(false);
                    replies[confirmation].OrThrow();

                    // An access list may let this user read over one link and not over the other: then that one says so.
                    return (subscription, read >= 0 && !replies[read].IsError ? replies[read] : null);
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
            _left.Add(key);
            if (_left.Count >= MostLeft)
            {
                SayWhatIsLeftLocked();
            }
            else if (_left.Count == 1)
            {
                _leaving.Change(LeavePause, Timeout.InfiniteTimeSpan);
            }
        }
        finally
        {
            _gate.Exit();
        }
    }

    private void SayWhatIsLeft()
    {
        _gate.Enter();
        try
        {
            SayWhatIsLeftLocked();
        }
        finally
        {
            _gate.Exit();
        }
    }

    private void SayWhatIsLeftLocked()
    {
        RespBatch batch = new();
        AddLeftLocked(batch);
        if (batch.Replies > 0)
        {
            // Nobody awaits it: a link that is lost meanwhile has forgotten the channels anyway.
            _ = _last?.ExecuteAsync(batch);
        }
    }

    private void AddLeftLocked(RespBatch batch)
    {
        foreach ((string name, bool isPattern) in _left.Where(left => !_subscriptions.ContainsKey(left)))
        {
            batch.Add(isPattern ? "PUNSUBSCRIBE" : "UNSUBSCRIBE", name);
        }

        _left.Clear();
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
            _left.Clear();
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
