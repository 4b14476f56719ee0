using System.Diagnostics.CodeAnalysis;

namespace Overlap.Executors;

/// <summary>Pulls a source one item at a time and remembers how it stands: open, waiting for its next item, ended, failed.</summary>
/// <remarks>Used by one enumeration; nothing here is thread-safe.</remarks>
internal sealed class ItemFeed<T>(ItemSource<T> source, CancellationToken cancellationToken) : IAsyncDisposable
{
    private IAsyncEnumerator<T>? _items;

    /// <summary>The wait for the next item, when the source did not have it at once.</summary>
    public Task<bool>? Pending { get; private set; }

    /// <summary>What the source threw instead of its next item.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Whether nothing more will come.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Takes the next item if it is there.</summary>
    public bool TryPull([MaybeNullWhen(false)] out T item)
    {
        item = default;
        if (IsEnded)
        {
            return false;
        }

        try
        {
            bool more;
            if (Pending is null)
            {
                _items ??= source.Open(cancellationToken);
                ValueTask<bool> next = _items.MoveNextAsync();
                if (!next.IsCompleted)
                {
                    Pending = next.AsTask();
                    return false;
                }

                more = next.GetAwaiter().GetResult();
            }
            else if (Pending.IsCompleted)
            {
                Task<bool> pending = Pending;
                Pending = null;
                more = pending.GetAwaiter().GetResult();
            }
            else
            {
                return false;
            }

            IsEnded = !more;
            item = more ? _items!.Current : default;
            return more;
        }
        catch (Exception exception)
        {
            // The place of this failure is after the items that came before it: it is kept until those are done.
            Failure = exception;
            IsEnded = true;
            return false;
        }
    }

    /// <summary>Takes the next items, as many as are there at once.</summary>
    /// <returns>How many; fewer than asked for when the source ends, fails or must be waited for.</returns>
    public int PullMany(Span<T> items)
    {
        int count = 0;
        if (!IsEnded && Pending is null && TryOpen() is ItemSource<T>.SynchronousEnumerator atOnce)
        {
            try
            {
                atOnce.Take(items, ref count);
                IsEnded = count < items.Length;
            }
            catch (Exception exception)
            {
                Failure = exception;
                IsEnded = true;
            }

            return count;
        }

        while (count < items.Length && TryPull(out T? item))
        {
            items[count++] = item;
        }

        return count;
    }

    private IAsyncEnumerator<T>? TryOpen()
    {
        try
        {
            return _items ??= source.Open(cancellationToken);
        }
        catch (Exception exception)
        {
            Failure = exception;
            IsEnded = true;
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Pending is not null)
        {
            // A source may not be disposed while it is asked for its next item. It has the token; its answer no longer matters.
            await ((Task)Pending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (_items is not null)
        {
            await _items.DisposeAsync().ConfigureAwait(false);
        }
    }
}
