using System.Diagnostics;

namespace Overlap.Actors;

/// <summary>The address of an actor, whatever its messages. It outlives restarts, and the actor.</summary>
[DebuggerDisplay("{Path,nq}")]
public abstract class ActorRef
{
    private protected ActorRef(ActorCell cell) => Cell = cell;

    /// <summary>Its name after those of its parents.</summary>
    public string Path => Cell.Path;

    /// <summary>Whether it has stopped, and its children with it.</summary>
    public bool IsStopped => Cell.IsEnded;

    internal ActorCell Cell { get; }

    /// <summary>Has the actor stop, its children before it, and waits for none of that. Twice is legal.</summary>
    /// <param name="mode">What happens to the messages that wait.</param>
    public void Stop(StopMode mode = StopMode.Now) =>
        Cell.Send(new SystemMessage(mode == StopMode.Drain ? SystemMessageKind.Drain : SystemMessageKind.Stop));

    /// <summary>Stops the actor, its children before it, and waits until that is done.</summary>
    /// <param name="mode">What happens to the messages that wait. <see cref="StopMode.Drain"/> can be followed by <see cref="StopMode.Now"/>.</param>
    /// <param name="cancellationToken">Gives up the wait, also if it is already cancelled; the actor stops all the same.</param>
    /// <remarks>
    /// Order: children first, then the actor's own <c>OnStopAsync</c>, then those who watch it, then who waits here.
    /// Race: a message told meanwhile is handled or a dead letter, never neither. Memory: what the actor wrote is visible after the wait.
    /// Cost: a task. A handler that never returns is waited for, until the wait is cancelled.
    /// </remarks>
    /// <exception cref="InvalidOperationException">A handler of the actor, or of one below it, would wait for its own end.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public Task StopAsync(StopMode mode = StopMode.Now, CancellationToken cancellationToken = default)
    {
        if (ActorCell.Current is { IsEnded: false } current && current.IsWithin(Cell))
        {
            return Task.FromException(new InvalidOperationException(
                $"A handler of {current.Path} would wait for its own end in the end of {Path}. Stop() does not wait."));
        }

        Stop(mode);
        return WaitForStopAsync(cancellationToken);
    }

    /// <summary>Waits until the actor has stopped.</summary>
    /// <param name="cancellationToken">Gives up the wait; if already cancelled it wins over an actor that has stopped.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public Task WaitForStopAsync(CancellationToken cancellationToken = default) => Cell.WaitForEndAsync(cancellationToken);

    /// <summary>Tells how the actor stands.</summary>
    public ActorStatistics GetStatistics() => Cell.GetStatistics();

    /// <inheritdoc/>
    public override string ToString() => Path;
}
