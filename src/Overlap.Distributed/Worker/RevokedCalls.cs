namespace Overlap.Distributed.Worker;

/// <summary>The calls that are not to be started, by id.</summary>
/// <remarks>Memory: the 50,000 that were revoked last, and beyond that only those of the last three hours, up to twice as many.</remarks>
internal sealed class RevokedCalls(TimeProvider clock)
{
    private const int Usual = 50_000;
    private const int Most = 2 * Usual;
    private static readonly TimeSpan Kept = TimeSpan.FromHours(3);

    private readonly Lock _gate = new();

    // Guarded by _gate. The one that was revoked longest ago comes first.
    private readonly LinkedList<(string Id, long At)> _order = [];
    private readonly Dictionary<string, LinkedListNode<(string Id, long At)>> _places = new(StringComparer.Ordinal);

    // Read without the gate: most workers never revoke anything.
    private int _count;

    /// <summary>The ids, and when each was revoked last: a timestamp of the clock.</summary>
    public IReadOnlyList<(string Id, long At)> List()
    {
        _gate.Enter();
        (string Id, long At)[] all = [.. _order];
        _gate.Exit();
        return all;
    }

    public void Add(string id)
    {
        long now = clock.GetTimestamp();
        _gate.Enter();
        if (_places.Remove(id, out LinkedListNode<(string Id, long At)>? before))
        {
            _order.Remove(before);
        }

        _places.Add(id, _order.AddLast((id, now)));
        while (_order.Count > Most || (_order.Count > Usual && clock.GetElapsedTime(_order.First!.Value.At, now) > Kept))
        {
            _places.Remove(_order.First!.Value.Id);
            _order.RemoveFirst();
        }

        Volatile.Write(ref _count, _order.Count);
        _gate.Exit();
    }

    public bool Contains(string id)
    {
        if (Volatile.Read(ref _count) == 0)
        {
            return false;
        }

        _gate.Enter();
        bool found = _places.ContainsKey(id);
        _gate.Exit();
        return found;
    }
}
