namespace Overlap.Synchronization;

/// <summary>An <see cref="AsyncQueue{T}"/> at one moment.</summary>
/// <param name="Count">The items in it, those whose time has not come included.</param>
/// <param name="WaitingToTake">How many wait for an item.</param>
/// <param name="WaitingToAdd">How many wait for room.</param>
/// <param name="Unfinished">The items that were added and not yet reported by <see cref="AsyncQueue{T}.TaskDone"/>.</param>
/// <param name="IsShutDown">Whether it was shut down.</param>
public sealed record AsyncQueueStatistics(int Count, int WaitingToTake, int WaitingToAdd, long Unfinished, bool IsShutDown);
