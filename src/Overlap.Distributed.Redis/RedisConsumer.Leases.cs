using System.Collections.Concurrent;
using Overlap.Distributed.Redis.Resp;
using Overlap.Synchronization;

namespace Overlap.Distributed.Redis;

// How what is held stays held: its sign of life is renewed four times in each lease. Invariant L1 of the folder's README.
internal sealed partial class RedisConsumer
{
    private const int MostAtOnce = 500;

    private readonly ConcurrentDictionary<string, RedisHold> _held = new();
    private readonly AsyncAutoResetEvent _refreshNow = new();

    // One renewal after the other: whoever asks hears of what another renewal has just found lost.
    private readonly AsyncLock _renewalTurn = new();
    private readonly TimeSpan _patience;
    private volatile bool _isStandingStill;
    private Task _refreshing = Task.CompletedTask;

    /// <summary>Lets the leases be renewed at once.</summary>
    public void RefreshSoon() => _refreshNow.Set();

    /// <summary>Stands still from now on, as a process that is paused: its leases are not renewed.</summary>
    internal void StandStill() => _isStandingStill = true;

    /// <summary>Goes on after it stood still.</summary>
    internal void GoOn() => _isStandingStill = false;

    /// <summary>Renews the leases now, and finds out which are lost.</summary>
    /// <param name="needs">Whose holds these are for: nothing is asked when the renewal before this one has seen them; all, when it is left out.</param>
    internal async Task RenewLeasesAsync(params RedisHold[] needs)
    {
        using Lease turn = await _renewalTurn.EnterAsync(_disposing.Token).ConfigureAwait(false);
        if (needs.Length > 0 && !Array.Exists(needs, hold => MustLookFirst(hold) && !hold.LeaseLost.IsCancellationRequested))
        {
            return;
        }

        // Only what is written down: what is not yet, is not there to be found.
        RedisHold[] held = _isStandingStill
            ? []
            : [.. Holds().Where(static hold => hold.IsHeld && hold.Message is not null && hold.Claim.Registered.IsCompleted)];
        foreach (RedisHold[] some in held.Chunk(MostAtOnce))
        {
            await RefreshAsync(some).ConfigureAwait(false);
        }
    }

    /// <summary>Renews the leases for one who has not seen for long that he holds: a process that stood still is told by nobody.</summary>
    internal async ValueTask ProveAsync(RedisHold hold)
    {
        try
        {
            // What is not written down yet cannot be renewed, and who does not know that it is holds nothing for certain.
            await WaitForRegistrationAsync(hold.Claim, _disposing.Token).ConfigureAwait(false);
            await RenewLeasesAsync(hold).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            throw new ObjectDisposedException(nameof(RedisConsumer));
        }
        catch (Exception error) when (RedisFaults.IsOne(error))
        {
            throw RedisFaults.ToBroker(error, _broker.Address);
        }
    }

    private void Add(RedisHold hold) => _held[hold.Tag] = hold;

    private void Remove(RedisHold hold) => _held.TryRemove(hold.Tag, out _);

    private IEnumerable<RedisHold> Holds() => _held.Values;

    private async Task RefreshLeasesAsync()
    {
        while (!_disposing.IsCancellationRequested)
        {
            using CancellationTokenSource due = new(_lease / 4, _clock);
            using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(due.Token, _disposing.Token);
            try
            {
                await _refreshNow.WaitAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // It is due, or over.
            }

            try
            {
                await RenewLeasesAsync().ConfigureAwait(false);
            }
            catch (Exception error)
            {
                // Whatever it is, what is held must not be lost for it. The next round tries again; as long as the server cannot be reached from here, its word stands.
                if (error is not OperationCanceledException)
                {
                    RedisLog.SweepFailed(_logger, error.Message);
                }
            }
        }
    }

    private async Task RefreshAsync(RedisHold[] held)
    {
        RespBatch batch = new() { IsRepeatable = true };
        batch.Begin(3 + (2 * held.Length));
        batch.Argument("ZADD"u8);
        batch.Argument(_keys.UnackedIndex);
        batch.Argument("XX"u8);
        string now = RespBatch.SecondsOf(_clock.GetUtcNow());
        foreach (RedisHold hold in held)
        {
            batch.Argument(now);
            batch.Argument(hold.Tag);
        }

        int scores = batch.Begin(2 + held.Length);
        batch.Argument("ZMSCORE"u8);
        batch.Argument(_keys.UnackedIndex);
        foreach (RedisHold hold in held)
        {
            batch.Argument(hold.Tag);
        }

        long asked = _clock.GetTimestamp();
        RespValue[] replies = await _broker.Shared.ExecuteAsync(batch, _disposing.Token).ConfigureAwait(false);
        replies[0].OrThrow();
        RedisFaultPoints.Renewed.Reach();
        RespValue[] found = replies[scores].OrThrow().Items.ToArray();
        List<RedisHold> lost = [];
        for (int index = 0; index < held.Length; index++)
        {
            if (!found[index].IsNull)
            {
                held[index].SeenAt = asked;
            }
            else if (held[index].TryBeginSettling())
            {
                // Not one that is being settled: that is gone because of it.
                lost.Add(held[index]);
            }
        }

        LoseAll(lost);
    }

    private void LoseAll(IEnumerable<RedisHold> lost)
    {
        foreach (RedisHold hold in lost)
        {
            Remove(hold);
            RedisLog.LeaseLost(_logger, hold.Tag);
            hold.Lose();
        }
    }
}
