namespace Overlap.Processes;

/// <summary>A worker process could not be started: the system refused it.</summary>
public sealed class WorkerStartException : Exception
{
    /// <summary>Makes the exception.</summary>
    public WorkerStartException()
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">What was refused.</param>
    public WorkerStartException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">What was refused.</param>
    /// <param name="innerException">The system's own words.</param>
    public WorkerStartException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
