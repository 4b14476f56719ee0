namespace Overlap.Processes;

/// <summary>A function, a captured variable or a value cannot travel to another process. Nothing was sent.</summary>
public sealed class NotPortableException : Exception
{
    /// <summary>Makes the exception.</summary>
    public NotPortableException()
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">What cannot travel, why, and what would.</param>
    public NotPortableException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">What cannot travel, why, and what would.</param>
    /// <param name="innerException">What stopped it.</param>
    public NotPortableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">What cannot travel, why, and what would.</param>
    /// <param name="subject">The name of the captured variable, parameter or result.</param>
    public NotPortableException(string message, string? subject)
        : base(message) => Subject = subject;

    /// <summary>The captured variable, parameter or result that stops it; <see langword="null"/> when it is the function itself.</summary>
    public string? Subject { get; }
}
