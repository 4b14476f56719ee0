namespace Overlap.Synchronization;

/// <summary>An <see cref="AsyncConditionVariable"/> at one moment.</summary>
/// <param name="Waiting">How many wait for a notification; those who were notified and wait for the lock are counted by the lock.</param>
public sealed record AsyncConditionVariableStatistics(int Waiting);
