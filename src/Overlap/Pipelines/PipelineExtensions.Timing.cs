using System.Runtime.CompilerServices;
using Overlap.Waiting;

namespace Overlap.Pipelines;

// Stages of time, and two sources side by side.
public static partial class PipelineExtensions
{
    /// <summary>Slows items down to a rate: never more than a number of them within any stretch of a length.</summary>
    /// <typeparam name="T">The type of the items.</typeparam>
    /// <param name="source">The source; read when the consumer asks.</param>
    /// <param name="count">The most items in a stretch; at least 1.</param>
    /// <param name="per">The length of the stretch. Above zero.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/>: the system's.</param>
    /// <remarks>
    /// Order: the source's; no item is dropped.
    /// Race: a cancellation ends the pause at once.
    /// Memory: as the source gives it. No task runs behind it.
    /// Cost: the clock is read for each item; one timer for each pause.
    /// </remarks>
    public static IAsyncEnumerable<T> Throttle<T>(this IAsyncEnumerable<T> source, int count, TimeSpan per, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(per, TimeSpan.Zero);
        return ThrottleAsync(source, count, per, timeProvider ?? TimeProvider.System);
    }

    /// <summary>Gives an item once no other has come for a time: the last of each burst.</summary>
    /// <typeparam name="T">The type of the items.</typeparam>
    /// <param name="source">The source; read all the time, but while an item whose time has come waits for the consumer.</param>
    /// <param name="quiet">How long no other item may have come. Above zero.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/>: the system's.</param>
    /// <returns>The last items of the bursts; that of the last burst at once when the source ends or fails. The others are counted as discarded.</returns>
    /// <remarks>
    /// Order: the source's.
    /// Race: an item that comes within the quiet time takes the place of the one before; one that comes later does not: that one is given, whenever the
    /// consumer asks.
    /// Memory: what was written before an item was given is visible to who gets it.
    /// Cost: one gate and a reading of the clock for each item; the timer is set once for a burst, and once more for each quiet time that it goes on.
    /// </remarks>
    public static IAsyncEnumerable<T> Debounce<T>(this IAsyncEnumerable<T> source, TimeSpan quiet, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(quiet, TimeSpan.Zero);
        return new DebounceStage<T>(source, quiet, timeProvider ?? TimeProvider.System);
    }

    /// <summary>Fails when the source takes longer than a time for an item.</summary>
    /// <typeparam name="T">The type of the items.</typeparam>
    /// <param name="source">The source; read when the consumer asks. Its token is cancelled when it is late, and it is waited for.</param>
    /// <param name="time">The time for each item, and for the end. Above zero.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/>: the system's.</param>
    /// <returns>The items; ends with <see cref="TimeoutException"/> when one is late.</returns>
    /// <remarks>
    /// Order: the source's.
    /// Race: an item that comes when its time has just passed is still given; the next one is late then.
    /// Memory: as the source gives it. No task runs behind it.
    /// Cost: one timer, set twice for each item that does not come at once.
    /// </remarks>
    public static IAsyncEnumerable<T> Timeout<T>(this IAsyncEnumerable<T> source, TimeSpan time, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(time, TimeSpan.Zero);
        return TimeoutAsync(source, time, timeProvider ?? TimeProvider.System);
    }

    /// <summary>Pairs the items of two sources of unequal speed; each is read ahead of the other.</summary>
    /// <typeparam name="TFirst">The type of one source's items.</typeparam>
    /// <typeparam name="TSecond">The type of the other's.</typeparam>
    /// <param name="first">One source.</param>
    /// <param name="second">The other. Begun when the first has given an item.</param>
    /// <param name="capacity">The most items of either that wait for their partners. Unit: items, at least 1.</param>
    /// <returns>The pairs; ends with the shorter source, and what the longer one gave beyond is dropped.</returns>
    /// <remarks><inheritdoc cref="Buffer{T}(IAsyncEnumerable{T}, int)" path="/remarks"/></remarks>
    public static IAsyncEnumerable<(TFirst First, TSecond Second)> ZipBuffered<TFirst, TSecond>(
        this IAsyncEnumerable<TFirst> first, IAsyncEnumerable<TSecond> second, int capacity = DefaultCapacity) =>
        first.Buffer(capacity).Zip(second.Buffer(capacity));

    private static async IAsyncEnumerable<T> ThrottleAsync<T>(
        IAsyncEnumerable<T> source, int count, TimeSpan per, TimeProvider clock, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Queue<long> given = new();   // When the last items were, the oldest first.
        await foreach (T item in source.WithCancellation(cancellationToken).ConfigureAwait(Interleaver.KeepsContext))
        {
            if (given.Count == count)
            {
                // Again, should the timer be early.
                long oldest = given.Dequeue();
                while (per - clock.GetElapsedTime(oldest) is { } rest && rest > TimeSpan.Zero)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(rest.TotalMilliseconds)), clock, cancellationToken)
                        .ConfigureAwait(Interleaver.KeepsContext);
                }
            }

            given.Enqueue(clock.GetTimestamp());
            yield return item;
        }
    }

    private static async IAsyncEnumerable<T> TimeoutAsync<T>(
        IAsyncEnumerable<T> source, TimeSpan time, TimeProvider clock, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        TimeSpan never = System.Threading.Timeout.InfiniteTimeSpan;
        ITimer timer = clock.CreateTimer(static late => SourcePump.Cancel((CancellationTokenSource)late!), late, never, never);
        await using ConfiguredAsyncDisposable timerDisposal = timer.ConfigureAwait(Interleaver.KeepsContext);
        IAsyncEnumerator<T> items = source.GetAsyncEnumerator(late.Token);
        await using ConfiguredAsyncDisposable disposal = items.ConfigureAwait(Interleaver.KeepsContext);
        while (true)
        {
            bool any;
            try
            {
                ValueTask<bool> next = items.MoveNextAsync();
                bool isTimed = !next.IsCompleted && timer.Change(time, never);
                any = await next.ConfigureAwait(Interleaver.KeepsContext);
                if (isTimed)
                {
                    timer.Change(never, never);
                }
            }
            catch (OperationCanceledException canceled) when (late.IsCancellationRequested)
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw new TimeoutException($"The source gave no item within {time}.", canceled);
            }

            if (!any)
            {
                break;
            }

            yield return items.Current;
        }
    }
}
