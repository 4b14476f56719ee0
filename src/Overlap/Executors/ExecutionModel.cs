namespace Overlap.Executors;

/// <summary>The ways in which an executor can run calls.</summary>
public enum ExecutionModel
{
    /// <summary>One after the other on the caller's thread.</summary>
    Inline,

    /// <summary>On dedicated threads.</summary>
    Threads,

    /// <summary>As asynchronous calls in flight on the runtime's pool.</summary>
    Async,

    /// <summary>In worker processes.</summary>
    Processes,

    /// <summary>On the workers of a task queue.</summary>
    Cluster,
}
