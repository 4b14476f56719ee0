namespace Overlap.Executors;

/// <summary>Where items come from: a sequence whose next item is there at once, or one that must be waited for.</summary>
internal readonly struct ItemSource<T>
{
    private readonly IEnumerable<T>? _synchronous;
    private readonly IAsyncEnumerable<T>? _asynchronous;

    public ItemSource(IEnumerable<T> items) => _synchronous = items;

    public ItemSource(IAsyncEnumerable<T> items) => _asynchronous = items;

    /// <summary>Begins an enumeration of its own.</summary>
    public IAsyncEnumerator<T> Open(CancellationToken cancellationToken) => _synchronous is null
        ? _asynchronous!.GetAsyncEnumerator(cancellationToken)
        : new SynchronousEnumerator(_synchronous.GetEnumerator());

    /// <summary>Shows a sequence whose items are there at once.</summary>
    internal sealed class SynchronousEnumerator(IEnumerator<T> items) : IAsyncEnumerator<T>
    {
        public T Current => items.Current;

        /// <summary>The enumerator under this one, whose items are there at once.</summary>
        public IEnumerator<T> Items => items;

        public ValueTask<bool> MoveNextAsync() => new(items.MoveNext());

        public ValueTask DisposeAsync()
        {
            items.Dispose();
            return default;
        }
    }
}

/// <summary>Makes sources.</summary>
internal static class ItemSource
{
    public static ItemSource<T> Of<T>(IEnumerable<T> source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new ItemSource<T>(source);
    }

    public static ItemSource<T> Of<T>(IAsyncEnumerable<T> source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new ItemSource<T>(source);
    }
}
