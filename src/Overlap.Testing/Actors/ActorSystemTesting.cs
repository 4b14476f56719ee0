using Overlap.Actors;
using Overlap.Waiting;

namespace Overlap.Testing.Actors;

/// <summary>What a test wants of a system of actors.</summary>
public static class ActorSystemTesting
{
    /// <summary>Waits until no actor handles a message and none waits in a mailbox.</summary>
    /// <param name="system">The system.</param>
    /// <param name="patience">The real time after which the wait fails. Default: 30 s.</param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <remarks>
    /// Order: after it, whatever was told before it is handled. Race: what comes from outside, a timer or another task, may come right after.
    /// Memory: what the actors wrote is visible. Cost: two messages or more to each actor. Not for a handler of these actors: it would wait for itself.
    /// </remarks>
    /// <exception cref="TimeoutException">Actors did not come to rest; the text names them.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public static async Task WaitForQuietAsync(this ActorSystem system, TimeSpan? patience = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(system);
        using ActorPatience limit = new(patience ?? TimeSpan.FromSeconds(30), cancellationToken);
        try
        {
            await system.WhenQuietAsync(limit.Token).ConfigureAwait(Interleaver.KeepsContext);
        }
        catch (OperationCanceledException given) when (limit.IsLost)
        {
            throw new TimeoutException(given.Message);
        }
    }
}
