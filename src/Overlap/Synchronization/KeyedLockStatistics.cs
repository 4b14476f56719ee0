namespace Overlap.Synchronization;

/// <summary>A <see cref="KeyedLock{TKey}"/> at one moment.</summary>
/// <param name="Keys">How many keys are held.</param>
/// <param name="Waiting">How many wait, for whichever key.</param>
public sealed record KeyedLockStatistics(int Keys, int Waiting);
