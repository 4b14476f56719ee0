namespace Overlap.Processes;

/// <summary>A process pool was made inside the worker of a pool inside the worker of a pool, deeper than is allowed.</summary>
public sealed class ProcessNestingException : InvalidOperationException
{
    /// <summary>Makes the exception.</summary>
    public ProcessNestingException()
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">How deep.</param>
    public ProcessNestingException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">How deep.</param>
    /// <param name="innerException">What it was found by.</param>
    public ProcessNestingException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
