using Overlap.Distributed.Brokers;

namespace Overlap.Distributed.Sqlite;

// How deliveries end.
internal sealed partial class SqliteConsumer
{
    private const string Copied = "queue, priority, claims, $5, body FROM overlap_message " + IfHeld;

    public async ValueTask<IReadOnlyList<bool>> SettleAsync(ReadOnlyMemory<Settlement> settlements, CancellationToken cancellationToken)
    {
        _broker.Check(cancellationToken);
        SettlementCheck.ThrowIfIncomplete(settlements.Span);
        bool[] wereHeld = new bool[settlements.Length];
        List<SqliteSettlement> mine = TakeHeld(settlements.Span, wereHeld);
        if (mine.Count == 0)
        {
            return wereHeld;
        }

        try
        {
            await SqliteBroker.AskAsync(_broker.Store.WriteAsync(
                isDurable: mine.Exists(static one => one.Successor is not null),
                (session, _) => Settle(session, mine),
                _broker.Wake,
                mine.Sum(static one => one.Successor?.Body.Length ?? 0L))).ConfigureAwait(false);
            SqliteFaultPoints.SettlementMade.Reach();
        }
        catch
        {
            // Nothing was written, so they are held still and may be settled again.
            lock (_gate)
            {
                _held.UnionWith(mine.Select(static one => one.Hold));
            }

            throw;
        }

        foreach (SqliteSettlement settled in mine)
        {
            wereHeld[settled.Index] = settled.WasHeld;
            if (!settled.WasHeld)
            {
                await TellLostAsync(settled.Hold).ConfigureAwait(false);
            }
        }

        return wereHeld;
    }

    /// <summary>Completes what it holds together with what a task writes.</summary>
    /// <returns>Whether it was still held; if not, nothing was written.</returns>
    internal bool TryComplete(SqliteSession session, SqliteHold hold) =>
        session.Execute($"DELETE FROM overlap_message {IfHeld}", hold.Id, _id, hold.Claim) == 1;

    /// <summary>Notes that a hold was completed, so that acknowledging it is right and changes nothing.</summary>
    internal void NoteCompleted(SqliteHold hold)
    {
        lock (_gate)
        {
            hold.IsCompleted = true;
        }
    }

    private List<SqliteSettlement> TakeHeld(ReadOnlySpan<Settlement> settlements, bool[] wereHeld)
    {
        List<SqliteSettlement> mine = [];
        lock (_gate)
        {
            for (int index = 0; index < settlements.Length; index++)
            {
                // I1: who takes a hold out of _held settles it; nobody else finds it there. Of one that was disposed all were given back.
                if (settlements[index].Delivery.State is SqliteHold hold && _held.Remove(hold))
                {
                    wereHeld[index] = true;
                    mine.Add(new SqliteSettlement(index, hold, settlements[index]));
                }
            }
        }

        return mine;
    }

    private HashSet<string> Settle(SqliteSession session, List<SqliteSettlement> settlements)
    {
        // Before anything is written: one that has no way refuses them all.
        foreach (SqliteSettlement settlement in settlements)
        {
            if (settlement.Successor is { } successor)
            {
                _broker.RouteOrThrow(session, successor);
            }
        }

        HashSet<string> queues = new(StringComparer.Ordinal);
        foreach (SqliteSettlement settlement in settlements)
        {
            settlement.WasHeld = settlement.Hold.IsCompleted || SettleOne(session, settlement);
            if (settlement.WasHeld && settlement.Kind is SettlementKind.Return or SettlementKind.Requeue or SettlementKind.Defer)
            {
                queues.UnionWith(_options.Queues);
            }

            if (settlement.WasHeld && settlement.Successor is { } successor)
            {
                queues.UnionWith(_broker.Publish(session, successor));
            }
        }

        SqliteFaultPoints.SettlementWritten.Reach();
        return queues;
    }

    private bool SettleOne(SqliteSession session, SqliteSettlement settlement)
    {
        SqliteHold hold = settlement.Hold;
        switch (settlement.Kind)
        {
            case SettlementKind.Return:
                return Return(session, hold);

            case SettlementKind.Requeue or SettlementKind.Defer:
                // A new row, for the order of rows is the order of the queue.
                return session.Execute(
                    $"INSERT INTO overlap_message (wake, queue, priority, claims, lost, body) SELECT $4, {Copied}",
                    hold.Id,
                    _id,
                    hold.Claim,
                    settlement.Due,
                    hold.LostBy) == 1 && TryComplete(session, hold);

            case SettlementKind.DeadLetter:
                return session.Execute(
                    $"INSERT INTO overlap_dead_letter (defect, detail, at, queue, priority, body) SELECT $4, $5, $6, queue, priority, body FROM overlap_message {IfHeld}",
                    hold.Id,
                    _id,
                    hold.Claim,
                    settlement.Cause!.Defect.ToString(),
                    settlement.Cause.Detail,
                    _broker.Store.Now) == 1 && TryComplete(session, hold);

            default:
                return TryComplete(session, hold);
        }
    }

    /// <summary>A settlement on its way.</summary>
    private sealed class SqliteSettlement(int index, SqliteHold hold, in Settlement settlement)
    {
        public int Index { get; } = index;

        public SqliteHold Hold { get; } = hold;

        public SettlementKind Kind { get; } = settlement.Kind;

        public long? Due { get; } = settlement.Kind == SettlementKind.Defer ? SqliteStore.ToFile(settlement.Due!.Value) : null;

        public DeadLetterCause? Cause { get; } = settlement.Cause;

        public StoredPublication? Successor { get; } = settlement.Successor is { } successor ? StoredPublication.Of(successor) : null;

        public bool WasHeld { get; set; }
    }
}
