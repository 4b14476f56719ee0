namespace Overlap.Processes;

/// <summary>An argument, a captured variable or a result is larger than what can be sent to another process in one piece.</summary>
public sealed class ValueTooLargeException : Exception
{
    /// <summary>Makes the exception.</summary>
    public ValueTooLargeException()
        : base("The value is larger than 2 GiB less 64 KiB, the most that can be sent in one piece.")
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">What is too large.</param>
    public ValueTooLargeException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">What is too large.</param>
    /// <param name="innerException">What it was found by.</param>
    public ValueTooLargeException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
