namespace Overlap.Synchronization;

/// <summary>An <see cref="AsyncLock"/> at one moment.</summary>
/// <param name="IsHeld">Whether somebody holds it.</param>
/// <param name="Waiting">How many wait for it.</param>
public sealed record AsyncLockStatistics(bool IsHeld, int Waiting);
