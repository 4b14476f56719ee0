namespace Overlap.Distributed.Brokers;

/// <summary>The messages that could not be handled. None goes but by hand.</summary>
public interface IDeadLetterStore
{
    /// <summary>Tells how many there are.</summary>
    ValueTask<long> CountAsync(CancellationToken cancellationToken = default);

    /// <summary>Lists them, the oldest first.</summary>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<IReadOnlyList<DeadLetterRecord>> ListAsync(int most, CancellationToken cancellationToken = default);

    /// <summary>Finds one.</summary>
    ValueTask<DeadLetterRecord?> FindAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Puts one back to the end of its queue, in one step.</summary>
    /// <returns>Whether it was there.</returns>
    ValueTask<bool> RequeueAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Deletes one.</summary>
    /// <returns>Whether it was there.</returns>
    ValueTask<bool> DropAsync(string id, CancellationToken cancellationToken = default);
}
