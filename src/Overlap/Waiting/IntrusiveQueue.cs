namespace Overlap.Waiting;

/// <summary>A first-in-first-out list whose nodes are the elements themselves: nothing is allocated, and any element leaves in one step.</summary>
/// <remarks>Not thread-safe: its owner's gate guards it.</remarks>
internal struct IntrusiveQueue<T>
    where T : IntrusiveQueue<T>.Node
{
    private T? _first;
    private T? _last;

    public int Count { get; private set; }

    public readonly T? First => _first;

    public readonly T? Last => _last;

    public void Enqueue(T element)
    {
        element.Previous = _last;
        element.Next = null;
        element.IsQueued = true;
        if (_last is null)
        {
            _first = element;
        }
        else
        {
            _last.Next = element;
        }

        _last = element;
        Count++;
    }

    /// <summary>Puts an element in front of all others.</summary>
    public void EnqueueFirst(T element)
    {
        element.Previous = null;
        element.Next = _first;
        element.IsQueued = true;
        if (_first is null)
        {
            _last = element;
        }
        else
        {
            _first.Previous = element;
        }

        _first = element;
        Count++;
    }

    public bool TryDequeue([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out T? element)
    {
        element = _first;
        return element is not null && TryRemove(element);
    }

    /// <summary>Takes an element out, wherever it stands.</summary>
    /// <returns>Whether it was in the queue.</returns>
    public bool TryRemove(T element)
    {
        if (!element.IsQueued)
        {
            return false;
        }

        if (element.Previous is null)
        {
            _first = element.Next;
        }
        else
        {
            element.Previous.Next = element.Next;
        }

        if (element.Next is null)
        {
            _last = element.Previous;
        }
        else
        {
            element.Next.Previous = element.Previous;
        }

        element.Previous = null;
        element.Next = null;
        element.IsQueued = false;
        Count--;
        return true;
    }

    /// <summary>What an element carries so that it can stand in a queue; in one at a time.</summary>
    internal abstract class Node
    {
        internal T? Previous;
        internal T? Next;
        internal bool IsQueued;
    }
}
