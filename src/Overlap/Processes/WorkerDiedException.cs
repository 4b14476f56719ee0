namespace Overlap.Processes;

/// <summary>The worker process that ran a call is gone. What the call has done until then is done.</summary>
public sealed class WorkerDiedException : Exception
{
    /// <summary>Makes the exception.</summary>
    public WorkerDiedException()
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">How the worker ended.</param>
    public WorkerDiedException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">How the worker ended.</param>
    /// <param name="innerException">What was found with it.</param>
    public WorkerDiedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The process that is gone.</summary>
    public int ProcessId { get; init; }

    /// <summary>The code that the process ended with; <see langword="null"/> when a signal ended it.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The signal that ended the process, by its number; <see langword="null"/> when it ended itself.</summary>
    public int? Signal { get; init; }

    /// <summary>The last lines that it wrote to its standard error, at most 20, and the runtime's own words of a fatal error before them.</summary>
    public IReadOnlyList<string> LastErrorLines { get; init; } = [];
}
