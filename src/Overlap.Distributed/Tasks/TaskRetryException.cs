namespace Overlap.Distributed.Tasks;

/// <summary>A call asks to be tried again. Made by <see cref="TaskContext.Retry"/>, to be thrown.</summary>
public sealed class TaskRetryException : Exception
{
    internal TaskRetryException(string message, Exception? cause)
        : base(message, cause)
    {
    }

    /// <summary>How long to wait before it; <see langword="null"/>: as the task's options say.</summary>
    public TimeSpan? After { get; init; }

    /// <summary>How often the call may be tried again, in place of what the task's options say.</summary>
    public int? MaxRetries { get; init; }
}
