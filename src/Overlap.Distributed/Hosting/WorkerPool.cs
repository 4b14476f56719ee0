namespace Overlap.Distributed.Hosting;

/// <summary>What runs a worker's calls.</summary>
internal enum WorkerPool
{
    /// <summary>A thread for each call: functions may block.</summary>
    Threads,

    /// <summary>Asynchronous slots: functions wait without a thread.</summary>
    Async,

    /// <summary>A process for each call: one that crashes or is killed costs only itself.</summary>
    Processes,
}
