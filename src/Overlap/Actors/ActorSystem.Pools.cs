using System.Globalization;

namespace Overlap.Actors;

/// <content>Several actors with one address.</content>
public sealed partial class ActorSystem
{
    /// <summary>Starts several actors alike and gives them one address.</summary>
    /// <typeparam name="TMessage">The type of their messages.</typeparam>
    /// <param name="size">How many; at least 1.</param>
    /// <param name="factory">Makes an instance of one of them, at once and at each restart.</param>
    /// <param name="route">Who gets a message. Default: one after the other.</param>
    /// <param name="options">
    /// The name is the pool's, the mailbox each actor's own, and the supervision that of the pool over its actors and of theirs over their children.
    /// </param>
    /// <returns>The address of the pool. It stops when its last actor has stopped; if it is stopped, its actors stop first.</returns>
    /// <exception cref="InvalidOperationException">Another actor has that name.</exception>
    /// <exception cref="ActorStoppedException">The system was stopped.</exception>
    public ActorRef<TMessage> SpawnPool<TMessage>(int size, Func<Actor<TMessage>> factory, Route? route = null, ActorOptions? options = null) =>
        SpawnPool(_root, size, factory, route, options);

    /// <summary>Gives one address to several actors that live already. Their life stays theirs.</summary>
    /// <typeparam name="TMessage">The type of their messages.</typeparam>
    /// <param name="routees">The actors; at least one.</param>
    /// <param name="route">Who gets a message. Default: one after the other.</param>
    /// <param name="name">The name of the router.</param>
    /// <returns>The address of the router. It stops when its last actor has stopped; if it is stopped, its actors go on.</returns>
    /// <exception cref="InvalidOperationException">Another actor has that name.</exception>
    /// <exception cref="ActorStoppedException">The system was stopped.</exception>
    public ActorRef<TMessage> SpawnRouter<TMessage>(IEnumerable<ActorRef<TMessage>> routees, Route? route = null, string? name = null) =>
        SpawnRouter(_root, routees, route, name);

    internal ActorRef<TMessage> SpawnPool<TMessage>(ActorCell parent, int size, Func<Actor<TMessage>> factory, Route? route, ActorOptions? options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentNullException.ThrowIfNull(factory);
        options ??= ActorOptions.Default;
        Router<TMessage> router = new(route ?? Route.RoundRobin);
        bool isFirst = true;
        ActorCell<TMessage> pool = null!;
        pool = new ActorCell<TMessage>(this, parent, NumberFor(options.Name), MakeOwner, options, router);
        parent.Adopt(pool);

        // R1: the first routees are there before the pool's address is; its own start only has to watch them.
        try
        {
            router.Replace(Fill());
        }
        catch
        {
            pool.Send(new SystemMessage(SystemMessageKind.Stop));
            throw;
        }

        pool.Begin();
        return pool.Typed;

        ActorCell<TMessage>[] Fill() =>
            [.. Enumerable.Range(1, size).Select(number => Spawn(pool, factory, options with { Name = number.ToString(CultureInfo.InvariantCulture) }).TypedCell)];

        Actor<TMessage> MakeOwner()
        {
            Func<ActorCell<TMessage>[]>? refill = isFirst ? null : Fill;
            isFirst = false;
            return new RouterActor<TMessage>(router, refill);
        }
    }

    internal ActorRef<TMessage> SpawnRouter<TMessage>(ActorCell parent, IEnumerable<ActorRef<TMessage>> routees, Route? route, string? name)
    {
        ArgumentNullException.ThrowIfNull(routees);
        ActorCell<TMessage>[] cells = [.. routees.Select(static routee => routee.TypedCell)];
        ArgumentOutOfRangeException.ThrowIfZero(cells.Length, nameof(routees));
        Router<TMessage> router = new(route ?? Route.RoundRobin);
        router.Replace(cells);
        ActorOptions options = new() { Name = name };
        ActorCell<TMessage> cell = new(this, parent, NumberFor(name), () => new RouterActor<TMessage>(router, null), options, router);
        parent.Adopt(cell);
        cell.Begin();
        return cell.Typed;
    }
}
