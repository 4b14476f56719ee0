namespace Overlap.Cli.Jobs.Run.Starts;

/// <summary>Those who wait for a place, in the order in which they came. Who owns the places says who is let in.</summary>
/// <remarks>
/// The owner's gate guards the line: a member that ends in <c>Locked</c> needs it held, and giving up takes it.
/// Order: first come, first served.
/// Race: if a place and a cancellation meet, exactly one wins; who has given up is not in the line, so that the place goes to the next one.
/// Memory: what was written before somebody was let in is visible to them.
/// Cost: a node and a task for each who waits. Nobody goes on under the gate: continuations run elsewhere.
/// </remarks>
/// <param name="gate">The owner's gate.</param>
internal sealed class WaitingLine(Lock gate)
{
    // Guarded by the owner's gate.
    private readonly LinkedList<TaskCompletionSource> _waiters = new();

    /// <summary>Whether nobody waits.</summary>
    public bool IsEmptyLocked => _waiters.Count == 0;

    /// <summary>Adds one who waits, at the end.</summary>
    /// <returns>Their place in the line, to be waited at with <see cref="WaitAsync"/>.</returns>
    public LinkedListNode<TaskCompletionSource> JoinLocked() =>
        _waiters.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    /// <summary>Lets the first one in, for whom a place has been taken; somebody must wait.</summary>
    public void AdmitFirstLocked()
    {
        LinkedListNode<TaskCompletionSource> first = _waiters.First!;
        _waiters.RemoveFirst();
        first.Value.SetResult();
    }

    /// <summary>Waits until one is let in. Not under the gate.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; no place is taken.</exception>
    public async ValueTask WaitAsync(LinkedListNode<TaskCompletionSource> waiter, CancellationToken cancellationToken)
    {
        await using (cancellationToken.UnsafeRegister((state, token) => GiveUp((LinkedListNode<TaskCompletionSource>)state!, token), waiter))
        {
            await waiter.Value.Task;
        }
    }

    private void GiveUp(LinkedListNode<TaskCompletionSource> waiter, CancellationToken cancellationToken)
    {
        gate.Enter();
        bool isWaiting = waiter.List is not null;
        if (isWaiting)
        {
            _waiters.Remove(waiter);
        }

        gate.Exit();
        if (isWaiting)
        {
            waiter.Value.SetCanceled(cancellationToken);
        }
    }
}
