namespace Overlap.Synchronization;

/// <summary>An item on its way into an <see cref="AsyncQueue{T}"/>.</summary>
/// <param name="Value">The item.</param>
/// <param name="DueAt">The clock's time stamp before which it is not given; 0 where items have no times.</param>
internal readonly record struct QueueItem<T>(T Value, long DueAt);
