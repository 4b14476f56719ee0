using System.Diagnostics.CodeAnalysis;
using Overlap.Waiting;

namespace Overlap.Synchronization;

/// <summary>Waiters that were taken out of their queue under the gate and are completed once it is left, in the same order.</summary>
/// <remarks>
/// A list by <c>Next</c> beside the queues: its waiters count as not queued, so that a cancellation that comes now finds them granted.
/// </remarks>
internal struct ReleasedWaiters
{
    private Waiter? _first;
    private Waiter? _last;

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

    public bool TryTake([NotNullWhen(true)] out Waiter? waiter)
    {
        waiter = _first;
        if (waiter is null)
        {
            return false;
        }

        _first = waiter.Next;
        _last = _first is null ? null : _last;
        waiter.Next = null;
        return true;
    }
}
