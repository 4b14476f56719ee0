namespace Overlap.Synchronization;

/// <summary>A phase of an <see cref="AsyncBarrier"/> cannot end: a participant gave up, the phase action failed, or somebody aborted or reset it.</summary>
public sealed class BrokenBarrierException : Exception
{
    /// <summary>Makes the exception.</summary>
    public BrokenBarrierException()
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">What broke the barrier.</param>
    public BrokenBarrierException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">What broke the barrier.</param>
    /// <param name="innerException">What went wrong there.</param>
    public BrokenBarrierException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    internal BrokenBarrierException(long phaseNumber, string reason, Exception? cause)
        : base($"The barrier is broken in phase {phaseNumber}: {reason}.", cause) =>
        PhaseNumber = phaseNumber;

    /// <summary>The phase that did not end.</summary>
    public long PhaseNumber { get; }
}
