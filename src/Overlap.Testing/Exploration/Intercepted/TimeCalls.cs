using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Overlap.Testing.Exploration.Intercepted;

/// <summary>What intercepted calls that set a time come to: while a program is explored the time is that of the explorer's clock.</summary>
/// <remarks>A clock that the caller names stays, unless it is the system's.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class TimeCalls
{
    private static readonly ConditionalWeakTable<CancellationTokenSource, ITimer> Timers = [];

    /// <summary>Ends after a time of the explorer's clock.</summary>
    /// <param name="millisecondsDelay">How long, in milliseconds; −1: for ever.</param>
    public static Task Delay(int millisecondsDelay) => Delay(millisecondsDelay, CancellationToken.None);

    /// <summary>Ends after a time of the explorer's clock.</summary>
    /// <param name="millisecondsDelay">How long, in milliseconds; −1: for ever.</param>
    /// <param name="cancellationToken">Ends it before.</param>
    public static Task Delay(int millisecondsDelay, CancellationToken cancellationToken) =>
        Task.Delay(TimeSpan.FromMilliseconds(millisecondsDelay), Exploring.Time, cancellationToken);

    /// <inheritdoc cref="Task.Delay(TimeSpan, TimeProvider)"/>
    public static Task Delay(TimeSpan delay) => Task.Delay(delay, Exploring.Time);

    /// <inheritdoc cref="Task.Delay(TimeSpan, TimeProvider, CancellationToken)"/>
    public static Task Delay(TimeSpan delay, CancellationToken cancellationToken) => Task.Delay(delay, Exploring.Time, cancellationToken);

    /// <inheritdoc cref="Task.Delay(TimeSpan, TimeProvider)"/>
    public static Task Delay(TimeSpan delay, TimeProvider timeProvider) => Task.Delay(delay, InPlaceOf(timeProvider));

    /// <inheritdoc cref="Task.Delay(TimeSpan, TimeProvider, CancellationToken)"/>
    public static Task Delay(TimeSpan delay, TimeProvider timeProvider, CancellationToken cancellationToken) =>
        Task.Delay(delay, InPlaceOf(timeProvider), cancellationToken);

    /// <inheritdoc cref="Task.WaitAsync(TimeSpan)"/>
    public static Task WaitAsync(Task task, TimeSpan timeout) => WaitAsync(task, timeout, CancellationToken.None);

    /// <inheritdoc cref="Task.WaitAsync(TimeSpan, CancellationToken)"/>
    public static Task WaitAsync(Task task, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        return task.WaitAsync(timeout, Exploring.Time, cancellationToken);
    }

    /// <inheritdoc cref="Task{T}.WaitAsync(TimeSpan)"/>
    public static Task<T> WaitAsync<T>(Task<T> task, TimeSpan timeout) => WaitAsync(task, timeout, CancellationToken.None);

    /// <inheritdoc cref="Task{T}.WaitAsync(TimeSpan, CancellationToken)"/>
    public static Task<T> WaitAsync<T>(Task<T> task, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        return task.WaitAsync(timeout, Exploring.Time, cancellationToken);
    }

    /// <inheritdoc cref="CancellationTokenSource.CancelAfter(int)"/>
    public static void CancelAfter(CancellationTokenSource source, int millisecondsDelay) => CancelAfter(source, TimeSpan.FromMilliseconds(millisecondsDelay));

    /// <inheritdoc cref="CancellationTokenSource.CancelAfter(TimeSpan)"/>
    public static void CancelAfter(CancellationTokenSource source, TimeSpan delay)
    {
        ArgumentNullException.ThrowIfNull(source);
        TimeProvider time = Exploring.Time;
        if (ReferenceEquals(time, TimeProvider.System))
        {
            source.CancelAfter(delay);
            return;
        }

        // The source's own checks, of the delay and of its disposal, without its timer.
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, Timeout.InfiniteTimeSpan);
        _ = source.Token;
        if (Timers.TryGetValue(source, out ITimer? earlier))
        {
            earlier.Dispose();
            Timers.Remove(source);
        }

        if (!source.IsCancellationRequested && delay != Timeout.InfiniteTimeSpan)
        {
            Timers.Add(source, time.CreateTimer(static state => Cancel((CancellationTokenSource)state!), source, delay, Timeout.InfiniteTimeSpan));
        }
    }

    private static void Cancel(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Disposed before its time came, which ends the runtime's own timer too.
        }
    }

    private static TimeProvider InPlaceOf(TimeProvider timeProvider) => ReferenceEquals(timeProvider, TimeProvider.System) ? Exploring.Time : timeProvider;
}
