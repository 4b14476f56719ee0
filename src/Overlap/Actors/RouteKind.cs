namespace Overlap.Actors;

/// <summary>How a router chooses.</summary>
internal enum RouteKind
{
    RoundRobin,
    Random,
    LeastLoaded,
    ConsistentHash,
    Broadcast,
}
