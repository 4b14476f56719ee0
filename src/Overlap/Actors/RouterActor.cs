namespace Overlap.Actors;

/// <summary>The owner of a router: of a pool it spawns and supervises the routees; in any case it hears when one has stopped.</summary>
/// <remarks>Messages do not come here. See README.md, R1 to R4.</remarks>
/// <param name="router">The router.</param>
/// <param name="refill">Spawns routees anew, if they belong to it and ended with the instance before.</param>
internal sealed class RouterActor<TMessage>(Router<TMessage> router, Func<ActorCell<TMessage>[]>? refill) : Actor<TMessage>
{
    protected override ValueTask ReceiveAsync(TMessage message) => default;

    protected override ValueTask OnStartAsync()
    {
        if (refill is not null)
        {
            router.Replace(refill());
        }

        foreach (ActorCell<TMessage> routee in router.Routees)
        {
            Context.Watch(routee.Typed);
        }

        return default;
    }

    protected override ValueTask OnSignalAsync(Signal signal)
    {
        // R3: whose last routee has stopped stops too, so that those who tell hear of it.
        if (signal is Terminated terminated && router.Remove(terminated.Actor.Cell))
        {
            Context.Stop();
        }

        return default;
    }
}
