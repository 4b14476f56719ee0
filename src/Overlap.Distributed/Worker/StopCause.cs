namespace Overlap.Distributed.Worker;

/// <summary>Why a running call is told to stop.</summary>
internal enum StopCause
{
    /// <summary>It is not.</summary>
    None,

    /// <summary>Its soft limit has passed.</summary>
    SoftLimit,

    /// <summary>Its hard limit has passed.</summary>
    HardLimit,

    /// <summary>A command says so.</summary>
    Terminated,

    /// <summary>The broker has given its message to another, or may have.</summary>
    LeaseLost,

    /// <summary>The worker stops.</summary>
    WorkerStops,
}
