using System.Diagnostics.CodeAnalysis;

namespace Overlap.Waiting;

/// <summary>Waiters that were taken out of their queue under the gate and are completed after it, in their order.</summary>
/// <remarks>
/// Not a queue: who stands here is nobody's to take out any more (W1), and a cancellation that comes now finds that it is too late. In an
/// <see cref="IntrusiveQueue{T}"/> it would still count as queued and would be taken out of a queue it does not stand in.
/// </remarks>
internal struct WaiterBatch
{
    private Waiter? _first;
    private Waiter? _last;

    /// <summary>Adds one that was taken out of its queue.</summary>
    public void Add(Waiter waiter)
    {
        if (_last is null)
        {
            _first = waiter;
        }
        else
        {
            _last.Next = waiter;
        }

        _last = waiter;
    }

    /// <summary>Takes all out of a queue.</summary>
    public void AddAll(ref IntrusiveQueue<Waiter> queue)
    {
        while (queue.TryDequeue(out Waiter? waiter))
        {
            Add(waiter);
        }
    }

    /// <summary>Takes the first, to be completed; nothing here knows it any more, so that it may be used again at once.</summary>
    public bool TryTake([NotNullWhen(true)] out Waiter? waiter)
    {
        waiter = _first;
        if (waiter is null)
        {
            return false;
        }

        _first = waiter.Next;
        waiter.Next = null;
        if (_first is null)
        {
            _last = null;
        }

        return true;
    }

    /// <summary>Completes all with one value.</summary>
    public void CompleteAll<TResult>(TResult result)
    {
        while (TryTake(out Waiter? waiter))
        {
            ((Waiter<TResult>)waiter).Complete(result);
        }
    }

    /// <summary>Ends all, because what they wait for was disposed; each with an exception of its own, since each is thrown on a stack of its own.</summary>
    public void FailAllDisposed(string name)
    {
        while (TryTake(out Waiter? waiter))
        {
            waiter.Fail(new ObjectDisposedException(name));
        }
    }
}
