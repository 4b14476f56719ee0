namespace Overlap.Actors;

/// <summary>How a router, or a pool, chooses who gets a message.</summary>
/// <remarks>A value without a state: two pools may have the same one. Whoever has stopped is passed over.</remarks>
public sealed class Route
{
    private Route(RouteKind kind) => Kind = kind;

    /// <summary>One after the other.</summary>
    public static Route RoundRobin { get; } = new(RouteKind.RoundRobin);

    /// <summary>The one with the fewest messages that wait or are handled; among equals one after the other. Looks at all of them for each message.</summary>
    public static Route LeastLoaded { get; } = new(RouteKind.LeastLoaded);

    /// <summary>Each message to all. A <c>Tell</c> is accepted if one of them accepts. An ask is refused: its handle takes one reply.</summary>
    public static Route Broadcast { get; } = new(RouteKind.Broadcast);

    internal RouteKind Kind { get; }

    internal int Seed { get; private init; }

    internal int Points { get; private init; }

    /// <summary>A function from the message to its key: a string or a 64-bit number.</summary>
    internal Delegate? Key { get; private init; }

    /// <summary>One by chance.</summary>
    /// <param name="seed">Where chance begins: two routers of one seed, told the same by one sender, choose alike.</param>
    public static Route Random(int seed = 1) => new(RouteKind.Random) { Seed = seed };

    /// <summary>Messages of one key to the same one, as long as it lives; when it stops only its keys move, each to the next one on the ring.</summary>
    /// <typeparam name="TMessage">The type of the messages.</typeparam>
    /// <param name="key">
    /// Gives the key. Its UTF-16 code units are hashed, so it goes to the same place in every run and on every machine. Called once for each message
    /// by the one who tells. If it throws, or gives <see langword="null"/>, the message is a dead letter and <c>Tell</c> says
    /// <see cref="TellResult.Dropped"/>; <c>TellAsync</c> and an ask throw.
    /// </param>
    /// <param name="points">The points on the ring for each routee; more of them spread keys more evenly and cost memory. At least 1.</param>
    public static Route ConsistentHash<TMessage>(Func<TMessage, string> key, int points = 128)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentOutOfRangeException.ThrowIfLessThan(points, 1);
        return new(RouteKind.ConsistentHash) { Key = key, Points = points };
    }

    /// <inheritdoc cref="ConsistentHash{TMessage}(Func{TMessage, string}, int)"/>
    public static Route ConsistentHash<TMessage>(Func<TMessage, long> key, int points = 128)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentOutOfRangeException.ThrowIfLessThan(points, 1);
        return new(RouteKind.ConsistentHash) { Key = key, Points = points };
    }

    /// <inheritdoc/>
    public override string ToString() => Kind.ToString();
}
