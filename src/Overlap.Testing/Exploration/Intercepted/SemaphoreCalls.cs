using System.ComponentModel;
using Overlap.Testing.Exploration.Threads;
using Overlap.Waiting;

namespace Overlap.Testing.Exploration.Intercepted;

/// <summary>What intercepted calls of <see cref="SemaphoreSlim"/> come to: while a program is explored who waits is kept by the explorer.</summary>
/// <remarks>
/// The semaphore itself counts the permits, so that what nobody intercepts, its count and its wait handle, tells the truth. Nobody ever queues in
/// it: a queue of its own would wake its waiters on the pool. Order and outcomes are its own: asynchronous waiters come in order, and before newcomers.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class SemaphoreCalls
{
    /// <inheritdoc cref="SemaphoreSlim.Wait()"/>
    public static void Wait(SemaphoreSlim semaphore) => Wait(semaphore, Timeout.InfiniteTimeSpan, CancellationToken.None);

    /// <inheritdoc cref="SemaphoreSlim.Wait(CancellationToken)"/>
    public static void Wait(SemaphoreSlim semaphore, CancellationToken cancellationToken) => Wait(semaphore, Timeout.InfiniteTimeSpan, cancellationToken);

    /// <inheritdoc cref="SemaphoreSlim.Wait(int)"/>
    public static bool Wait(SemaphoreSlim semaphore, int millisecondsTimeout) => Wait(semaphore, millisecondsTimeout, CancellationToken.None);

    /// <inheritdoc cref="SemaphoreSlim.Wait(int, CancellationToken)"/>
    public static bool Wait(SemaphoreSlim semaphore, int millisecondsTimeout, CancellationToken cancellationToken) =>
        Wait(semaphore, TimeSpan.FromMilliseconds(millisecondsTimeout), cancellationToken);

    /// <inheritdoc cref="SemaphoreSlim.Wait(TimeSpan)"/>
    public static bool Wait(SemaphoreSlim semaphore, TimeSpan timeout) => Wait(semaphore, timeout, CancellationToken.None);

    /// <inheritdoc cref="SemaphoreSlim.Wait(TimeSpan, CancellationToken)"/>
    public static bool Wait(SemaphoreSlim semaphore, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(semaphore);
        if (ThreadLane.Step() is { } lane)
        {
            return SemaphoreSteps.Wait(lane, semaphore, timeout, cancellationToken);
        }

        if (Exploring.Tasks is null)
        {
            return semaphore.Wait(timeout, cancellationToken);
        }

        if (SemaphoreSteps.TryEnter(semaphore, cancellationToken))
        {
            return true;
        }

        if (timeout != TimeSpan.Zero)
        {
            Interleaver.Block(semaphore);
        }

        return false;
    }

    /// <inheritdoc cref="SemaphoreSlim.WaitAsync()"/>
    public static Task WaitAsync(SemaphoreSlim semaphore) => WaitAsync(semaphore, Timeout.InfiniteTimeSpan, CancellationToken.None);

    /// <inheritdoc cref="SemaphoreSlim.WaitAsync(CancellationToken)"/>
    public static Task WaitAsync(SemaphoreSlim semaphore, CancellationToken cancellationToken) =>
        WaitAsync(semaphore, Timeout.InfiniteTimeSpan, cancellationToken);

    /// <inheritdoc cref="SemaphoreSlim.WaitAsync(int)"/>
    public static Task<bool> WaitAsync(SemaphoreSlim semaphore, int millisecondsTimeout) => WaitAsync(semaphore, millisecondsTimeout, CancellationToken.None);

    /// <inheritdoc cref="SemaphoreSlim.WaitAsync(int, CancellationToken)"/>
    public static Task<bool> WaitAsync(SemaphoreSlim semaphore, int millisecondsTimeout, CancellationToken cancellationToken) =>
        WaitAsync(semaphore, TimeSpan.FromMilliseconds(millisecondsTimeout), cancellationToken);

    /// <inheritdoc cref="SemaphoreSlim.WaitAsync(TimeSpan)"/>
    public static Task<bool> WaitAsync(SemaphoreSlim semaphore, TimeSpan timeout) => WaitAsync(semaphore, timeout, CancellationToken.None);

    /// <inheritdoc cref="SemaphoreSlim.WaitAsync(TimeSpan, CancellationToken)"/>
    public static Task<bool> WaitAsync(SemaphoreSlim semaphore, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(semaphore);
        ThreadLane? lane = ThreadLane.Step();
        return Interleaver.Current is null
            ? semaphore.WaitAsync(timeout, cancellationToken)
            : SemaphoreSteps.WaitAsync(lane, semaphore, timeout, cancellationToken);
    }

    /// <inheritdoc cref="SemaphoreSlim.Release()"/>
    public static int Release(SemaphoreSlim semaphore) => Release(semaphore, 1);

    /// <inheritdoc cref="SemaphoreSlim.Release(int)"/>
    public static int Release(SemaphoreSlim semaphore, int releaseCount)
    {
        ArgumentNullException.ThrowIfNull(semaphore);
        return Interleaver.Current is null ? semaphore.Release(releaseCount) : SemaphoreSteps.Release(semaphore, releaseCount);
    }
}
