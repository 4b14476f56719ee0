using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Backends;

/// <summary>Keeps how calls stand and what they returned.</summary>
public interface IResultBackend : IAsyncDisposable
{
    /// <summary>Where it is, for people to read; without a password.</summary>
    string Address { get; }

    /// <summary>Stores documents. A call that has ended stays so: a document that says less is refused.</summary>
    /// <returns>For each whether it was stored.</returns>
    /// <remarks>
    /// Order: of the call. Race: of two that end the same call the last is kept; one that has not ended never replaces one that has.
    /// Memory: none. Cost: one round trip for all; who waits for them is told.
    /// </remarks>
    /// <exception cref="BackendException">The backend cannot be reached, or refuses.</exception>
    ValueTask<IReadOnlyList<bool>> StoreAsync(ReadOnlyMemory<ResultDocument> documents, CancellationToken cancellationToken = default);

    /// <summary>Reads how a call stands.</summary>
    /// <returns>Its document; <see langword="null"/>: nothing is known of it.</returns>
    /// <exception cref="MessageFormatException">What is stored is no result document.</exception>
    ValueTask<ResultDocument?> ReadAsync(string taskId, CancellationToken cancellationToken = default);

    /// <summary>Waits until a call has ended.</summary>
    /// <param name="taskId">The id of the call.</param>
    /// <param name="progress">Told of each state before that; <see langword="null"/>: nobody.</param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <remarks>
    /// Order: states as they were stored, some may be missed. Race: a call that ends while the wait begins is seen. Memory: one entry for each wait.
    /// Cost: a subscription and one read; no polling where the backend can tell.
    /// </remarks>
    ValueTask<ResultDocument> WaitAsync(string taskId, Action<ResultDocument>? progress, CancellationToken cancellationToken);

    /// <summary>Deletes what is known of a call.</summary>
    /// <returns>Whether something was.</returns>
    ValueTask<bool> ForgetAsync(string taskId, CancellationToken cancellationToken = default);
}
