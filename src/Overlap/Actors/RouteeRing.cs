namespace Overlap.Actors;

/// <summary>The routees of a router at one time. Never changed: another one takes its place.</summary>
internal sealed class RouteeRing<TMessage>
{
    private readonly ulong[] _points;   // In order; empty unless messages go by their key.

    public RouteeRing(ActorCell<TMessage>[] routees, int points)
    {
        Routees = routees;
        Order = routees;
        _points = [];
        if (points == 0)
        {
            return;
        }

        // By name: a routee keeps its points when others come and go, and from run to run.
        (ulong At, ActorCell<TMessage> Routee)[] ring =
        [
            .. routees.SelectMany(routee => Enumerable.Range(0, points).Select(number => (At: StableHash.Of($"{routee.Name}#{number}"), routee)))
                .OrderBy(static point => point.At),
        ];
        _points = [.. ring.Select(static point => point.At)];
        Order = [.. ring.Select(static point => point.Routee)];
    }

    public ActorCell<TMessage>[] Routees { get; }

    /// <summary>The routees as they follow one another; by key, once for each of their points.</summary>
    public ActorCell<TMessage>[] Order { get; }

    /// <summary>The place in the order of whom a key belongs to.</summary>
    public int PlaceOf(ulong hash)
    {
        int place = Array.BinarySearch(_points, hash);
        return place >= 0 ? place : ~place;
    }
}
