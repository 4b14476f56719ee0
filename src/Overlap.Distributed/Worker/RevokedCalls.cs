namespace Overlap.Distributed.Worker;

/// <summary>The calls that are not to be started, by id.</summary>
/// <remarks>Memory: 50,000 of them, and beyond that only those of the last three hours, up to twice as many.</remarks>
internal sealed class RevokedCalls(TimeProvider clock)
{
    private const int Usual = 50_000;
    private const int Most = 2 * Usual;
    private static readonly TimeSpan Kept = TimeSpan.FromHours(3);

    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly Queue<(string Id, DateTimeOffset At)> _order = new();

    // Read without the gate: most workers never revoke anything.
    private int _count;

    public IReadOnlyList<string> Ids
    {
        get
        {
            _gate.Enter();
            string[] ids = [.. _ids];
            _gate.Exit();
            return ids;
        }
    }

    public void Add(string id)
    {
        DateTimeOffset now = clock.GetUtcNow();
        _gate.Enter();
        if (_ids.Add(id))
        {
            _order.Enqueue((id, now));
        }

        while (_order.Count > Most || (_order.Count > Usual && _order.Peek().At < now - Kept))
        {
            _ids.Remove(_order.Dequeue().Id);
        }

        Volatile.Write(ref _count, _ids.Count);
        _gate.Exit();
    }

    public bool Contains(string id)
    {
        if (Volatile.Read(ref _count) == 0)
        {
            return false;
        }

        _gate.Enter();
        bool found = _ids.Contains(id);
        _gate.Exit();
        return found;
    }
}
