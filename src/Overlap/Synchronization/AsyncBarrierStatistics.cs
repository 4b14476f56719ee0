namespace Overlap.Synchronization;

/// <summary>An <see cref="AsyncBarrier"/> at one moment.</summary>
/// <param name="Participants">How many have to arrive.</param>
/// <param name="Arrived">How many of them have.</param>
/// <param name="PhaseNumber">How many phases have ended; the number of the present one.</param>
/// <param name="IsBroken">Whether the barrier is broken until it is reset.</param>
public sealed record AsyncBarrierStatistics(int Participants, int Arrived, long PhaseNumber, bool IsBroken);
