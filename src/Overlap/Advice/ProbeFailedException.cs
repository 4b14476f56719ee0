namespace Overlap.Advice;

/// <summary>There is nothing to give advice on: no item, none that came to its end in time, or none that succeeded.</summary>
public sealed class ProbeFailedException : InvalidOperationException
{
    /// <summary>Makes the exception.</summary>
    public ProbeFailedException()
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">What is missing, in one line.</param>
    public ProbeFailedException(string? message)
        : base(message)
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">What is missing, in one line.</param>
    /// <param name="innerException">What the first item that failed threw.</param>
    public ProbeFailedException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The items that were tried and failed.</summary>
    public int Failed { get; init; }
}
