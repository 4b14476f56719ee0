namespace Overlap.Executors;

/// <summary>A call was refused because as many calls as the executor's <c>QueueCapacity</c> wait already.</summary>
public sealed class ExecutorQueueFullException : Exception
{
    /// <summary>Makes the exception.</summary>
    public ExecutorQueueFullException()
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">What went wrong.</param>
    public ExecutorQueueFullException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">What went wrong.</param>
    /// <param name="innerException">The cause.</param>
    public ExecutorQueueFullException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Makes the exception for a queue.</summary>
    /// <param name="queueCapacity">The capacity that is used up.</param>
    public ExecutorQueueFullException(int queueCapacity)
        : base($"The executor's queue is full: {queueCapacity} calls wait already.") => QueueCapacity = queueCapacity;

    /// <summary>The capacity that is used up.</summary>
    public int QueueCapacity { get; }
}
