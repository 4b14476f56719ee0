namespace Overlap.Tests.Pipelines;

/// <summary>A source of numbers that counts how it is treated.</summary>
internal sealed class CountedSource(int count) : IAsyncEnumerable<int>
{
    /// <summary>Awaited before each item; nothing: items are there at once.</summary>
    public Func<int, Task>? Before { get; init; }

    /// <summary>The item instead of which the source throws.</summary>
    public int? ThrowsAt { get; init; }

    public bool ThrowsInDispose { get; init; }

    public int Given { get; private set; }

    public int Disposals { get; private set; }

    /// <summary>Calls that an enumerator must not get: two at the same time, or one after its disposal.</summary>
    public int Misuses { get; private set; }

    public IAsyncEnumerator<int> GetAsyncEnumerator(CancellationToken cancellationToken = default) => new Enumerator(this, cancellationToken);

    private sealed class Enumerator(CountedSource owner, CancellationToken cancellationToken) : IAsyncEnumerator<int>
    {
        private int _moving;
        private bool _isDisposed;

        public int Current { get; private set; } = -1;

        public async ValueTask<bool> MoveNextAsync()
        {
            owner.Misuses += _isDisposed || Interlocked.Exchange(ref _moving, 1) == 1 ? 1 : 0;
            try
            {
                return await MoveAsync();
            }
            finally
            {
                Volatile.Write(ref _moving, 0);
            }
        }

        public ValueTask DisposeAsync()
        {
            owner.Misuses += Volatile.Read(ref _moving);
            _isDisposed = true;
            owner.Disposals++;
            return owner.ThrowsInDispose ? throw new SourceException(-1) : default;
        }

        private async ValueTask<bool> MoveAsync()
        {
            int next = owner.Given;
            if (owner.Before is { } before)
            {
                await before(next);
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (next == owner.ThrowsAt)
            {
                throw new SourceException(next);
            }

            if (next == owner.Count)
            {
                return false;
            }

            Current = next;
            owner.Given++;
            return true;
        }
    }

    private int Count => count;
}

/// <summary>What test sources and bodies throw.</summary>
internal sealed class SourceException(int item) : Exception($"item {item}")
{
    public int Item => item;
}

internal static class Collecting
{
    /// <summary>Takes items until the end, a failure, or a number of them.</summary>
    public static async Task<(List<T> Items, Exception? Failure)> CollectAsync<T>(
        this IAsyncEnumerable<T> source, int? leaveAfter = null, CancellationToken cancellationToken = default)
    {
        List<T> items = [];
        try
        {
            if (leaveAfter == 0)
            {
                await source.GetAsyncEnumerator(cancellationToken).DisposeAsync();
                return (items, null);
            }

            await foreach (T item in source.WithCancellation(cancellationToken))
            {
                items.Add(item);
                if (items.Count == leaveAfter)
                {
                    break;
                }
            }
        }
        catch (Exception failure)
        {
            return (items, failure);
        }

        return (items, null);
    }
}
