namespace Overlap.Synchronization;

/// <summary>An <see cref="AsyncManualResetEvent"/> at one moment.</summary>
/// <param name="IsSet">Whether it is set.</param>
/// <param name="Waiting">How many wait for it.</param>
public sealed record AsyncManualResetEventStatistics(bool IsSet, int Waiting);
