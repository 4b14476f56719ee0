namespace Overlap.Processes;

/// <summary>This program cannot be the host of worker processes; the message says why and what would help.</summary>
public sealed class WorkerHostException : Exception
{
    /// <summary>Makes the exception.</summary>
    public WorkerHostException()
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">Why no worker can be started from this program, and what to change.</param>
    public WorkerHostException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">Why no worker can be started from this program, and what to change.</param>
    /// <param name="innerException">What stopped it.</param>
    public WorkerHostException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
