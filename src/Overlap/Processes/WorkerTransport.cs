namespace Overlap.Processes;

/// <summary>How calls get to worker processes and results back.</summary>
public enum WorkerTransport
{
    /// <summary>Shared memory where the system gives it, else the stream.</summary>
    Auto,

    /// <summary>Memory that both processes see. Needs a Linux kernel from 5.16 on, and that it is not forbidden.</summary>
    SharedMemory,

    /// <summary>A stream socket without a name, inherited by the worker. Slower, but there wherever processes are.</summary>
    Stream,
}
