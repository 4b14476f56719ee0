using Overlap.Distributed.Brokers;

namespace Overlap.Distributed.Sqlite;

// How what is held stays held, how its holder knows that it is, and from when on it counts.
internal sealed partial class SqliteConsumer
{
    public async ValueTask<IReadOnlyList<bool>> BeginAsync(ReadOnlyMemory<Delivery> deliveries, CancellationToken cancellationToken)
    {
        _broker.Check(cancellationToken);
        bool[] areHeld = new bool[deliveries.Length];
        List<int> places = [];
        List<SqliteHold> mine = [];
        lock (_gate)
        {
            for (int index = 0; index < areHeld.Length; index++)
            {
                if (deliveries.Span[index].State is SqliteHold hold && _held.Contains(hold))
                {
                    places.Add(index);
                    mine.Add(hold);
                }
            }
        }

        if (mine.Count == 0)
        {
            return areHeld;
        }

        bool[] begun = await SqliteBroker.AskAsync(_broker.Store.WriteAsync(isDurable: false, (session, _) => Begin(session, mine))).ConfigureAwait(false);
        SqliteFaultPoints.BeginningCounted.Reach();
        for (int index = 0; index < begun.Length; index++)
        {
            areHeld[places[index]] = begun[index];
            if (!begun[index])
            {
                await TellLostAsync(mine[index]).ConfigureAwait(false);
            }
        }

        return areHeld;
    }

    /// <summary>Whether a lease was seen so lately that nobody else can have taken the message: for a quarter of a lease to come.</summary>
    internal bool IsCertain(SqliteHold hold) => _broker.Store.Now < hold.Until - ((long)_broker.Lease.TotalMilliseconds / 4);

    /// <summary>Renews the leases for one who has not seen for long that he holds: a process that stood still is told by nobody.</summary>
    internal async ValueTask ProveAsync()
    {
        ThrowIfDisposed();
        await SqliteBroker.AskAsync(RenewLeasesAsync()).ConfigureAwait(false);
    }

    private void RenewOnTimer() => _ = RenewAsync();

    private async Task RenewAsync()
    {
        try
        {
            await RenewLeasesAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is SqliteFileException or ObjectDisposedException)
        {
            // Tried again after a third of a lease. If it fails for longer others cannot claim either, or they do, and a renewal finds that out.
        }
    }

    /// <summary>Renews the leases of all it holds, and tells those that are lost.</summary>
    /// <returns>How many those were.</returns>
    private async Task<int> RenewLeasesAsync()
    {
        SqliteHold[] held;
        lock (_gate)
        {
            if (_isDisposed || StandsStill || _held.Count == 0)
            {
                return 0;
            }

            held = [.. _held.Where(static hold => !hold.IsCompleted)];
        }

        (List<SqliteHold> lost, long until) = await _broker.Store.WriteAsync(isDurable: false, (session, _) => Renew(session, held)).ConfigureAwait(false);
        SqliteFaultPoints.Renewed.Reach();
        foreach (SqliteHold hold in held.Except(lost))
        {
            hold.Until = until;
        }

        foreach (SqliteHold hold in lost)
        {
            await TellLostAsync(hold).ConfigureAwait(false);
        }

        return lost.Count;
    }

    private async ValueTask TellLostAsync(SqliteHold hold)
    {
        Task told;
        lock (_gate)
        {
            if (hold.IsCompleted)
            {
                // Its row is gone because it was completed meanwhile.
                return;
            }

            // Before it is no longer held: who renews then passes it over, and must find it told. Those who listen are called on the pool.
            told = hold.LeaseLost.CancelAsync();
            _held.Remove(hold);
        }

        await told.ConfigureAwait(false);
    }
}
