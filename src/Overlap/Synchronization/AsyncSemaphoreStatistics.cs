namespace Overlap.Synchronization;

/// <summary>An <see cref="AsyncSemaphore"/> at one moment.</summary>
/// <param name="Free">The permits that can be taken.</param>
/// <param name="Leased">The permits that leases stand for.</param>
/// <param name="Waiting">How many wait, however many permits each of them asks for.</param>
public sealed record AsyncSemaphoreStatistics(int Free, int Leased, int Waiting);
