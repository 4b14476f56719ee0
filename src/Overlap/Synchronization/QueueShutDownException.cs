namespace Overlap.Synchronization;

/// <summary>An <see cref="AsyncQueue{T}"/> was shut down: it takes no item any more, and has none to give.</summary>
public sealed class QueueShutDownException : InvalidOperationException
{
    /// <summary>Makes an exception with a usual message.</summary>
    public QueueShutDownException()
        : base("The queue was shut down.")
    {
    }

    /// <summary>Makes an exception with a message.</summary>
    /// <param name="message">The message.</param>
    public QueueShutDownException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with a message and a cause.</summary>
    /// <param name="message">The message.</param>
    /// <param name="innerException">The cause.</param>
    public QueueShutDownException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
