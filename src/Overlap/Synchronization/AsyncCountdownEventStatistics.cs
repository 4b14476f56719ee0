namespace Overlap.Synchronization;

/// <summary>An <see cref="AsyncCountdownEvent"/> at one moment.</summary>
/// <param name="Count">How many signals are missing.</param>
/// <param name="InitialCount">How many there were at the last reset.</param>
/// <param name="Waiting">How many wait for it.</param>
public sealed record AsyncCountdownEventStatistics(int Count, int InitialCount, int Waiting);
