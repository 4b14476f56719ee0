using System.Runtime.CompilerServices;
using Overlap.Testing.Exploration.Threads;
using Overlap.Waiting;

namespace Overlap.Testing.Exploration.Intercepted;

/// <summary>Taking and giving back permits as steps.</summary>
/// <remarks>Used by one thread at a time, the one that has the turn.</remarks>
internal static class SemaphoreSteps
{
    private static readonly ConditionalWeakTable<SemaphoreSlim, LinkedList<SemaphoreWaiter>> Queues = [];

    /// <summary>Takes a permit that is free.</summary>
    public static bool TryEnter(SemaphoreSlim semaphore, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!semaphore.Wait(TimeSpan.Zero, CancellationToken.None))
        {
            return false;
        }

        Interleaver.Note(semaphore, PrimitiveNote.Entered);
        return true;
    }

    /// <summary>Stops a thread until it has a permit, the time is over or the wait is cancelled.</summary>
    public static bool Wait(ThreadLane lane, SemaphoreSlim semaphore, TimeSpan timeout, CancellationToken cancellationToken)
    {
        lane.Fence();
        if (TryEnter(semaphore, cancellationToken))
        {
            return true;
        }

        if (timeout == TimeSpan.Zero)
        {
            return false;
        }

        bool isOver = false;
        using ITimer? timer = timeout == Timeout.InfiniteTimeSpan
            ? null
            : lane.Run.TimeProvider.CreateTimer(_ => isOver = true, null, timeout, Timeout.InfiniteTimeSpan);
        do
        {
            lane.WaitUntil(() => isOver || cancellationToken.IsCancellationRequested || semaphore.CurrentCount > 0, "a permit of a SemaphoreSlim");
            lane.Fence();
            if (TryEnter(semaphore, cancellationToken))
            {
                return true;
            }
        }
        while (!isOver);

        return false;
    }

    /// <summary>Takes a permit, or queues for one; the lane is that which asks, in thread mode.</summary>
    public static Task<bool> WaitAsync(ThreadLane? lane, SemaphoreSlim semaphore, TimeSpan timeout, CancellationToken cancellationToken)
    {
        lane?.Fence();
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<bool>(cancellationToken);
        }

        if (TryEnter(semaphore, CancellationToken.None))
        {
            // In asynchronous mode others may come after an entry that did not have to wait, as after one that did.
            return lane is null ? Interleaver.Pause(new ValueTask<bool>(true)).AsTask() : Task.FromResult(true);
        }

        if (timeout == TimeSpan.Zero)
        {
            return Task.FromResult(false);
        }

        Interleaver.Note(semaphore, PrimitiveNote.Waits);
        SemaphoreWaiter waiter = new(Queues.GetOrCreateValue(semaphore), lane?.Run);
        return EndAsync(waiter, semaphore, timeout, cancellationToken);
    }

    /// <summary>Gives permits back; those for whom others wait come to them at once.</summary>
    public static int Release(SemaphoreSlim semaphore, int count)
    {
        ThreadLane? lane = ThreadLane.Step();
        lane?.Fence();
        int before = semaphore.Release(count);
        for (int i = 0; i < count; i++)
        {
            Interleaver.Note(semaphore, PrimitiveNote.Left);
        }

        if (Queues.TryGetValue(semaphore, out LinkedList<SemaphoreWaiter>? queue))
        {
            while (First(queue, lane?.Run) is { } waiter && semaphore.Wait(TimeSpan.Zero, CancellationToken.None))
            {
                waiter.Pass();
            }
        }

        if (lane is not null)
        {
            ThreadLane.Step();
        }

        return before;
    }

    private static async Task<bool> EndAsync(SemaphoreWaiter waiter, SemaphoreSlim semaphore, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((SemaphoreWaiter)state!).Cancel(token), waiter);
        using ITimer? timer = timeout == Timeout.InfiniteTimeSpan
            ? null
            : Exploring.Time.CreateTimer(static state => ((SemaphoreWaiter)state!).GiveUp(), waiter, timeout, Timeout.InfiniteTimeSpan);
        bool isEntered = await waiter.Task.ConfigureAwait(Interleaver.KeepsContext);
        if (isEntered)
        {
            Interleaver.Note(semaphore, PrimitiveNote.Entered);
        }

        return isEntered;
    }

    // In thread mode nothing tells that a waiter was left behind by an earlier schedule: it gets nothing.
    private static SemaphoreWaiter? First(LinkedList<SemaphoreWaiter> queue, ThreadRun? run)
    {
        while (queue.First is { } first)
        {
            if (first.Value.Run == run)
            {
                return first.Value;
            }

            queue.RemoveFirst();
        }

        return null;
    }
}
