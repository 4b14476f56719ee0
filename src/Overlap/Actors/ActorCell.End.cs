using Overlap.Waiting;

namespace Overlap.Actors;

/// <content>Those who wait until the actor, and its children with it, has ended.</content>
internal abstract partial class ActorCell : IWaiterOwner
{
    private IntrusiveQueue<Waiter> _waitingForEnd;   // Guarded by _gate.

    public Task WaitForEndAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled(cancellationToken);
        }

        Waiter<bool>? waiter = null;
        _gate.Enter();
        if (!_isEnded)
        {
            waiter = Waiter<bool>.Rent(this);
            _waitingForEnd.Enqueue(waiter);
        }

        _gate.Exit();
        return waiter?.WaitWithoutResultAsync(cancellationToken).AsTask() ?? Task.CompletedTask;
    }

    bool IWaiterOwner.GiveUp(Waiter waiter)
    {
        _gate.Enter();
        bool isMine = _waitingForEnd.TryRemove(waiter);
        _gate.Exit();
        return isMine;
    }
}
