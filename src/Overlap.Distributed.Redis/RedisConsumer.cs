using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Redis.Resp;
using Overlap.Synchronization;

namespace Overlap.Distributed.Redis;

/// <summary>A consumer of a <see cref="RedisBroker"/>. How it claims, settles and keeps its leases is in the files beside this one.</summary>
[DebuggerDisplay("{_id,nq}")]
internal sealed partial class RedisConsumer : IBrokerConsumer
{
    // While the server tells of changes, it is asked all the same now and then: what is never asked may wait for ever.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShortestPoll = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPoll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PauseAfterRefusal = TimeSpan.FromMilliseconds(250);

    private readonly RedisBroker _broker;
    private readonly RedisKeys _keys;
    private readonly ConsumerOptions _options;
    private readonly ILogger _logger;
    private readonly TimeSpan _lease;
    private readonly TimeProvider _clock;
    private readonly TimeProvider _linkClock;
    private readonly string _id = Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture)[..12];
    private readonly RespClient _link;
    private readonly AsyncAutoResetEvent _changed = new();
    private readonly CancellationTokenSource _disposing = new();
    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isReceiving;
    private int _isDisposed;

    public RedisConsumer(RedisBroker broker, RedisUrl url, ConsumerOptions options, RedisBrokerOptions brokerOptions, ILogger logger)
    {
        if (options.Queues.IsDefaultOrEmpty)
        {
            throw new ArgumentException("A consumer has at least one queue.", nameof(options));
        }

        _broker = broker;
        _keys = broker.Keys;
        _options = options;
        _logger = logger;
        _lease = brokerOptions.Lease;
        _clock = brokerOptions.TimeProvider;
        _linkClock = brokerOptions.Link.TimeProvider;
        _patience = brokerOptions.Link.Patience;
        _buckets = [.. _keys.Steps
            .SelectMany(step => options.Queues.Distinct().Select(queue => (queue, step)))
            .Select((pair, index) => new RedisBucket(index, pair.queue, pair.step, _keys.BucketOfStep(pair.queue, pair.step)))];
        _places = _buckets.ToDictionary(static bucket => bucket.Key, static bucket => bucket.Index);
        _lengths = new long[_buckets.Length];
        _isHot = new int[_buckets.Length];
        _turn = [.. options.Queues.Distinct()];
        _link = new RespClient(url, brokerOptions.Link, "overlap-claim", new RespConnectionOptions { OnPush = HearChange })
        {
            IsEager = true,
            Prepare = PrepareAsync,
            OnConnected = _changed.Set,
        };
    }

    /// <summary>Makes the link, so that a server that is not there is noticed at once.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _link.GetConnectionAsync(cancellationToken).ConfigureAwait(false);
        _refreshing = RefreshLeasesAsync();
    }

    public async ValueTask<IReadOnlyList<Delivery>> ReceiveAsync(int most, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        if (Interlocked.Exchange(ref _isReceiving, 1) != 0)
        {
            throw new InvalidOperationException("A consumer receives once at a time.");
        }

        try
        {
            bool isLinked = true;
            while (true)
            {
                ObjectDisposedException.ThrowIf(_isDisposed != 0, this);
                cancellationToken.ThrowIfCancellationRequested();
                try
                {
                    RespConnection connection = await _link.GetConnectionAsync(cancellationToken).ConfigureAwait(false);
                    if (!isLinked)
                    {
                        RedisLog.LinkBack(_logger, _broker.Address);
                        isLinked = true;
                    }

                    // Not cancelled from here on: what the server takes out of its queues must come to somebody.
                    IReadOnlyList<Delivery> deliveries = await ClaimAsync(connection, most).ConfigureAwait(false);
                    if (deliveries.Count > 0)
                    {
                        return deliveries;
                    }

                    await WaitForChangeAsync(cancellationToken).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (_disposing.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
                {
                    // Said at the top.
                }
                catch (RespLinkException error) when (error.IsTransient)
                {
                    if (isLinked)
                    {
                        RedisLog.LinkLost(_logger, _broker.Address, error.Message);
                        isLinked = false;
                    }
                }
                catch (RespErrorException error) when (error.IsTransient)
                {
                    RedisLog.LinkLost(_logger, _broker.Address, error.Message);
                    await Task.Delay(PauseAfterRefusal, _linkClock, cancellationToken).ConfigureAwait(false);
                }
                catch (Exception error) when (RedisFaults.IsOne(error))
                {
                    throw RedisFaults.ToBroker(error, _broker.Address);
                }
            }
        }
        finally
        {
            Volatile.Write(ref _isReceiving, 0);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            await _disposed.Task.ConfigureAwait(false);
            return;
        }

        await _disposing.CancelAsync().ConfigureAwait(false);
        _changed.Set();
        await _refreshing.ConfigureAwait(false);
        await GiveBackAsync().ConfigureAwait(false);
        await _link.DisposeAsync().ConfigureAwait(false);
        _broker.Forget(this);
        _disposed.SetResult();
    }

    private async ValueTask WaitForChangeAsync(CancellationToken cancellationToken)
    {
        TimeSpan wait = _isTold ? LongestWait : _poll;
        _poll = _poll * 2 < LongestPoll ? _poll * 2 : LongestPoll;
        using CancellationTokenSource patience = new(wait, _linkClock);
        using CancellationTokenSource any = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, _disposing.Token, cancellationToken);
        try
        {
            await _changed.WaitAsync(any.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            _areLengthsKnown = false;
        }
    }

    // What is held goes back to the front of its queues, the oldest in front.
    private async ValueTask GiveBackAsync()
    {
        (await _claimTurn.EnterAsync().ConfigureAwait(false)).Dispose();   // Whoever claims has ended, and nobody begins any more.
        RedisHold[] held = [.. Holds().Where(static hold => hold.IsHeld).OrderByDescending(static hold => hold.Number)];
        try
        {
            using CancellationTokenSource patience = new(_patience, _linkClock);
            await SettleHoldsAsync([.. held.Select(static hold => new HoldSettlement(hold, SettlementKind.Return))], patience.Token).ConfigureAwait(false);
            await ForgetClaimsAsync(patience.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is BrokerException or OperationCanceledException || RedisFaults.IsOne(error))
        {
            RedisLog.NotGivenBack(_logger, held.Length, error.Message);
        }

        foreach (RedisHold hold in held)
        {
            hold.Lose();
        }
    }
}
