namespace Overlap.Processes;

/// <summary>A pool cannot start workers, so it runs no calls any more: the host is missing, the initialiser throws, or workers die at their start.</summary>
public sealed class BrokenProcessPoolException : Exception
{
    /// <summary>Makes the exception.</summary>
    public BrokenProcessPoolException()
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">Why no worker starts.</param>
    public BrokenProcessPoolException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">Why no worker starts.</param>
    /// <param name="innerException">What stopped the last one.</param>
    public BrokenProcessPoolException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The code that the last worker ended with, if it ended itself.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The signal that ended the last worker, by its number.</summary>
    public int? Signal { get; init; }

    /// <summary>The last lines that the last worker wrote to its standard error.</summary>
    public IReadOnlyList<string> LastErrorLines { get; init; } = [];
}
