namespace Overlap.Synchronization;

/// <summary>How an <see cref="AsyncQueue{T}"/> keeps its items.</summary>
/// <typeparam name="T">The type of the items.</typeparam>
public sealed record AsyncQueueOptions<T>
{
    /// <summary>The most items in the queue; who adds more waits for room. Unit: items, at least 1. Default: no limit.</summary>
    public int? Capacity
    {
        get;
        init
        {
            if (value is { } capacity)
            {
                ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1, nameof(Capacity));
            }

            field = value;
        }
    }

    /// <summary>Which item comes out next. Default: the oldest.</summary>
    public QueueOrder Order
    {
        get;
        init => field = value is >= QueueOrder.Fifo and <= QueueOrder.Delay
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Order), value, "No such order.");
    }

    /// <summary>
    /// What orders the items of a <see cref="QueueOrder.Priority"/> queue, the least first. It runs inside the queue's operations: it must not
    /// block, nor use the queue. An exception of it goes to whoever adds or takes, and leaves the queue as it was. Default: the items' own order.
    /// </summary>
    public IComparer<T> Comparer
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value, nameof(Comparer));
            field = value;
        }
    } = Comparer<T>.Default;

    /// <summary>The clock of a <see cref="QueueOrder.Delay"/> queue. Default: the system's.</summary>
    public TimeProvider TimeProvider
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value, nameof(TimeProvider));
            field = value;
        }
    } = TimeProvider.System;
}
