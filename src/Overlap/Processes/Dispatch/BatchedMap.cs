using Overlap.Executors;

namespace Overlap.Processes.Dispatch;

/// <summary>A map in the order of the source whose items go to workers in pieces, as large as pays.</summary>
internal sealed class BatchedMap<T, TResult>(
    WorkerPool pool,
    ItemSource<T> source,
    Callable<T, TResult> callable,
    MapOptions options,
    ProcessCallOptions calls,
    CancellationToken cancellationToken) : IAsyncEnumerable<TResult>
{
    public IAsyncEnumerator<TResult> GetAsyncEnumerator(CancellationToken token = default) =>
        new BatchedMapEnumerator<T, TResult>(pool, source, callable, options, calls, cancellationToken, token);
}
