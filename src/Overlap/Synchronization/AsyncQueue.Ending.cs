using Overlap.Waiting;

namespace Overlap.Synchronization;

// The end of the work, and the end of the queue.
public sealed partial class AsyncQueue<T>
{
    /// <summary>Reports that the work on one item that was taken is done.</summary>
    /// <exception cref="InvalidOperationException">It was called more often than items were added.</exception>
    public void TaskDone()
    {
        WaiterBatch released = default;
        EnterGate();
        if (_unfinished == 0)
        {
            _gate.Exit();
            throw new InvalidOperationException("TaskDone was called more often than items were added.");
        }

        _unfinished--;
        ReleaseJoinersLocked(ref released);
        _gate.Exit();
        Interleaver.Note(this, PrimitiveNote.Signalled);
        Finish(ref released);
    }

    /// <summary>Waits until the work on every item that was added is reported done.</summary>
    /// <param name="cancellationToken">Gives up the wait; if already cancelled it wins over work that is done.</param>
    /// <remarks>
    /// Order: all who wait go on together. Items that are added meanwhile are waited for too.
    /// Race: a wait ends if the work was all done at one moment, also when an item is added right after.
    /// Memory: what was written before the calls of <see cref="TaskDone"/> is visible.
    /// Cost: no allocation when all is done; one pooled node for each waiter.
    /// A shutdown that drains does not end the wait, the work does. One that ends at once takes the items that it drops for done; items
    /// that were taken before are still waited for.
    /// </remarks>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public ValueTask JoinAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        return QueueJoiner() is { } joiner ? joiner.WaitWithoutResultAsync(cancellationToken) : Interleaver.Pause(default(ValueTask));
    }

    /// <summary>Waits, blocking the thread, until the work on every item that was added is reported done.</summary>
    /// <inheritdoc cref="JoinAsync" path="/param|/remarks|/exception"/>
    public void Join(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        QueueJoiner()?.Wait(cancellationToken);
    }

    /// <summary>Ends the queue: nothing is added any more, and once it is empty nothing can be taken.</summary>
    /// <param name="immediate">
    /// Whether the items that are in it are dropped, and taken for done, so that who takes is refused at once.
    /// Else they can still be taken, in a <see cref="QueueOrder.Delay"/> queue each at its time.
    /// </param>
    /// <remarks>
    /// Who waits for room, and who waits for an item that cannot come any more, gets <see cref="QueueShutDownException"/>.
    /// Twice is legal, also first to drain and then at once.
    /// </remarks>
    public void ShutDown(bool immediate = false)
    {
        WaiterBatch released = default;
        EnterGate();
        _capacity = 0;
        Volatile.Write(ref _isShutDown, true);
        while (_adders.TryDequeue(out Waiter? adder))
        {
            adder.Request = Refused;
            released.Add(adder);
        }

        if (immediate)
        {
            _unfinished = Math.Max(0, _unfinished - Count);
            _ring.Clear();
            _heap?.Clear();
            ReleaseJoinersLocked(ref released);
        }

        RefuseTakersLocked(ref released);
        _gate.Exit();
        Interleaver.Note(this, PrimitiveNote.Signalled);
        Finish(ref released);
    }

    private Waiter<bool>? QueueJoiner()
    {
        EnterGate();
        Waiter<bool>? joiner = null;
        if (_unfinished > 0)
        {
            joiner = Waiter<bool>.Rent(this, Joiner);
            _joiners.Enqueue(joiner);
            Interleaver.Note(this, PrimitiveNote.Waits);
        }

        _gate.Exit();
        return joiner;
    }

    private void ReleaseJoinersLocked(ref WaiterBatch released)
    {
        if (_unfinished == 0)
        {
            released.AddAll(ref _joiners);
        }
    }

    /// <summary>Refuses those who wait for an item once none can come.</summary>
    private void RefuseTakersLocked(ref WaiterBatch released)
    {
        while (_isShutDown && Count == 0 && _takers.TryDequeue(out Waiter? taker))
        {
            taker.Request = Refused;
            released.Add(taker);
        }
    }
}
