using System.Collections.Immutable;
using System.Globalization;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;
using Overlap.Synchronization;

namespace Overlap.Distributed.Sqlite;

/// <summary>A consumer of a <see cref="SqliteBroker"/>.</summary>
internal sealed partial class SqliteConsumer : IBrokerConsumer
{
    private const int RenewalsPerLease = 3;

    private readonly SqliteBroker _broker;
    private readonly ConsumerOptions _options;
    private readonly AsyncAutoResetEvent _somethingCame = new();
    private readonly ITimer _wakeTimer;
    private readonly ITimer _renewalTimer;

    // What it is known by in the file. Random: a number that was used before could be that of one who died.
    private readonly long _id = Random.Shared.NextInt64();

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _hasEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<SqliteHold> _held = [];   // Guarded by _gate.
    private bool _isDisposed;                          // Guarded by _gate.

    private ImmutableArray<string> _queues;            // Owned by the receive that is under way.
    private int _isReceiving;

    public SqliteConsumer(SqliteBroker broker, ConsumerOptions options)
    {
        _broker = broker;
        _options = options;
        _queues = options.Queues;
        TimeProvider clock = broker.Store.Clock;
        _wakeTimer = clock.CreateTimer(
            static self => ((SqliteConsumer)self!)._somethingCame.Set(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        TimeSpan period = broker.Lease / RenewalsPerLease;
        _renewalTimer = clock.CreateTimer(static self => ((SqliteConsumer)self!).RenewOnTimer(), this, period, period);
        broker.Store.Watch.Add(_somethingCame.Set);
    }

    /// <summary>Whether its leases run out, as if its process stood still. For tests.</summary>
    internal bool StandsStill { get; set; }

    public async ValueTask<IReadOnlyList<Delivery>> ReceiveAsync(int most, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        if (Interlocked.Exchange(ref _isReceiving, 1) != 0)
        {
            throw new InvalidOperationException("A consumer receives once at a time.");
        }

        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                ThrowIfDisposed();

                // I3: not cancelled half-way. What is claimed is given out, or given back.
                (List<SqliteClaim> claims, long? nextWake) = await SqliteBroker.AskAsync(_broker.Store.WriteAsync(
                    isDurable: false, (session, _) => Claim(session, most))).ConfigureAwait(false);
                if (claims.Count > 0)
                {
                    SqliteFaultPoints.Claimed.Reach();
                    return await HoldAsync(claims).ConfigureAwait(false);
                }

                WakeAt(nextWake);
                await _somethingCame.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            Volatile.Write(ref _isReceiving, 0);
        }
    }

    public async ValueTask DisposeAsync()
    {
        SqliteHold[] held;
        bool isFirst;
        lock (_gate)
        {
            isFirst = !_isDisposed;
            _isDisposed = true;
            held = [.. _held];
            _held.Clear();
        }

        if (!isFirst)
        {
            // Who disposes the broker meanwhile must not close the file before all is given back.
            await _hasEnded.Task.ConfigureAwait(false);
            return;
        }

        _broker.Store.Watch.Remove(_somethingCame.Set);
        _somethingCame.Set();
        await _renewalTimer.DisposeAsync().ConfigureAwait(false);
        await _wakeTimer.DisposeAsync().ConfigureAwait(false);
        await GiveBackAsync(held).ConfigureAwait(false);
        _broker.Forget(this);
        _hasEnded.TrySetResult();
    }

    /// <summary>Finds what it holds of a call.</summary>
    internal SqliteHold? FindHold(string callId)
    {
        lock (_gate)
        {
            return _held.FirstOrDefault(hold => hold.CallId == callId && !hold.IsCompleted);
        }
    }

    internal bool IsOf(SqliteBroker broker) => ReferenceEquals(_broker, broker);

    /// <summary>Looks again if something came into one of its queues.</summary>
    internal void WakeIfConcerned(HashSet<string> queues)
    {
        if (_options.Queues.Any(queues.Contains))
        {
            _somethingCame.Set();
        }
    }

    private void ThrowIfDisposed()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
        }
    }

    private async Task<IReadOnlyList<Delivery>> HoldAsync(List<SqliteClaim> claims)
    {
        SqliteHold[] holds = [.. claims.Select(claim => new SqliteHold(this, claim.Id, claim.Claim, claim.LostBy) { Until = claim.Until })];
        bool isLate;
        lock (_gate)
        {
            isLate = _isDisposed;
            if (!isLate)
            {
                _held.UnionWith(holds);
            }
        }

        if (isLate)
        {
            await GiveBackAsync(holds).ConfigureAwait(false);
            throw new ObjectDisposedException(nameof(IBrokerConsumer));
        }

        foreach (SqliteClaim claim in claims)
        {
            // Whose message came last is served last.
            _queues = _queues.Remove(claim.Queue).Add(claim.Queue);
        }

        return [.. claims.Zip(holds, Read)];
    }

    private Delivery Read(SqliteClaim claim, SqliteHold hold)
    {
        WireMessage? message = null;
        MessageFormatException? defect = null;
        try
        {
            message = EnvelopeCodec.Read(claim.Body, _options.Limits);
            if (claim.Claim > 1)
            {
                message = message with { Properties = message.Properties with { IsRedelivered = true } };
            }

            hold.CallId = FindCallId(message);
        }
        catch (MessageFormatException unreadable)
        {
            defect = unreadable;
        }

        return new Delivery
        {
            Tag = string.Create(CultureInfo.InvariantCulture, $"{claim.Id}.{claim.Claim}"),
            Queue = claim.Queue,
            Message = message,
            Defect = defect,
            Raw = claim.Body,
            Attempt = (int)Math.Min(claim.LostBy + 1, int.MaxValue),
            LeaseLost = hold.LeaseLost.Token,
            State = hold,
        };
    }

    private string? FindCallId(WireMessage message)
    {
        try
        {
            return message.Properties.CorrelationId ?? TaskMessageCodec.Read(message, _options.Limits).Id;
        }
        catch (MessageFormatException)
        {
            // No call: whoever handles the message finds that out for himself.
            return null;
        }
    }

    private void WakeAt(long? nextWake)
    {
        if (nextWake is not { } at)
        {
            _wakeTimer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }

        // A timer takes no more than 49 days: it looks again then.
        double milliseconds = Math.Clamp(at - _broker.Store.Now, 0, TimeSpan.MillisecondsPerDay);
        _wakeTimer.Change(TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
    }

    private async Task GiveBackAsync(SqliteHold[] holds)
    {
        try
        {
            await SqliteBroker.AskAsync(_broker.Store.WriteAsync(
                isDurable: false, (session, _) => GiveBack(session, holds), _broker.Wake)).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is BrokerException or ObjectDisposedException)
        {
            // The file cannot be written. Then the leases run out, and others take the messages.
        }

        foreach (SqliteHold hold in holds)
        {
            await hold.LeaseLost.CancelAsync().ConfigureAwait(false);
        }
    }
}
