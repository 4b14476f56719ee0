namespace Overlap.Executors;

/// <summary>A worker's state could not be made. The inner exception is what the executor's <c>WorkerState</c> threw.</summary>
public sealed class WorkerStateException : Exception
{
    /// <summary>Makes the exception.</summary>
    public WorkerStateException()
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">What went wrong.</param>
    public WorkerStateException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">What went wrong.</param>
    /// <param name="innerException">What the user's function threw.</param>
    public WorkerStateException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
