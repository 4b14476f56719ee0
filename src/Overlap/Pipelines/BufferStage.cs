namespace Overlap.Pipelines;

/// <summary>Sources whose items are fetched ahead of the consumer: one for a buffer, several for a merge.</summary>
internal sealed class BufferStage<T>(IReadOnlyList<IAsyncEnumerable<T>> sources, int capacity) : Stage<T>
{
    public override IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        new QueueEnumerator<T>(sources, capacity, Meter, cancellationToken);
}
