namespace Overlap.Synchronization;

/// <summary>An <see cref="AsyncLazy{T}"/> at one moment.</summary>
/// <param name="IsStarted">Whether the factory runs or has ended with what is kept.</param>
/// <param name="IsCompleted">Whether there is a value, or a failure that is kept.</param>
/// <param name="Waiting">How many wait for the value.</param>
/// <param name="Runs">How often the factory was started.</param>
public sealed record AsyncLazyStatistics(bool IsStarted, bool IsCompleted, int Waiting, int Runs);
