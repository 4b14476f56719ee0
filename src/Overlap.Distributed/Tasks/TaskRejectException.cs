namespace Overlap.Distributed.Tasks;

/// <summary>A call refuses its message. Made by <see cref="TaskContext.Reject"/>, to be thrown.</summary>
public sealed class TaskRejectException : Exception
{
    internal TaskRejectException(string reason, bool requeues)
        : base(reason) => Requeues = requeues;

    /// <summary>Whether the message goes to the back of its queue; otherwise it becomes a dead letter, and the call has failed.</summary>
    public bool Requeues { get; }
}
