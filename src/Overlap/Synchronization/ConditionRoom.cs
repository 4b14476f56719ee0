using Overlap.Waiting;

namespace Overlap.Synchronization;

/// <summary>Where those stand who wait for a condition variable; known to its lock while somebody does.</summary>
/// <remarks>Guarded by the gate of the lock: a waiter leaves the room and joins the queue of the lock in one step.</remarks>
internal sealed class ConditionRoom(IWaiterOwner owner) : IntrusiveQueue<ConditionRoom>.Node
{
    internal IntrusiveQueue<Waiter> Waiters;

    /// <summary>The condition variable.</summary>
    public IWaiterOwner Owner { get; } = owner;

    public bool IsDisposed { get; set; }
}
