namespace Overlap.Synchronization;

/// <summary>Which item an <see cref="AsyncQueue{T}"/> gives next.</summary>
public enum QueueOrder
{
    /// <summary>The oldest.</summary>
    Fifo,

    /// <summary>The newest.</summary>
    Lifo,

    /// <summary>The least by the comparer; among equals the oldest.</summary>
    Priority,

    /// <summary>The one whose time came first, and none before its time; at the same time the oldest.</summary>
    Delay,
}
