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
        : new SynchronousEnumerator(_synchronous.GetEnumerator(), _synchronous as T[]);

    /// <summary>Shows a sequence whose items are there at once.</summary>
    internal sealed class SynchronousEnumerator(IEnumerator<T> items, T[]? array) : IAsyncEnumerator<T>
    {
        // Used by Take alone, of which an array needs no enumerator.
        private int _at;

        public T Current => items.Current;

        /// <summary>Takes the next items.</summary>
        /// <param name="taken">Gets them.</param>
        /// <param name="count">Grows with each, so that it is right should the source throw; less than there is room at the source's end.</param>
        public void Take(Span<T> taken, ref int count)
        {
            if (array is not null)
            {
                count = Math.Min(taken.Length, array.Length - _at);
                array.AsSpan(_at, count).CopyTo(taken);
                _at += count;
                return;
            }

            while (count < taken.Length && items.MoveNext())
            {
                taken[count] = items.Current;
                count++;
            }
        }

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
