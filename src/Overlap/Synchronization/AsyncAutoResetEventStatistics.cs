namespace Overlap.Synchronization;

/// <summary>An <see cref="AsyncAutoResetEvent"/> at one moment.</summary>
/// <param name="IsSet">Whether it is set, so that the next wait ends at once.</param>
/// <param name="Waiting">How many wait for it.</param>
public sealed record AsyncAutoResetEventStatistics(bool IsSet, int Waiting);
