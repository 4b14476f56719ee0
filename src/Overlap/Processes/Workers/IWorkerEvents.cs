namespace Overlap.Processes.Workers;

/// <summary>Hears what becomes of worker processes.</summary>
/// <remarks>Called on the one supervising thread of the process: must neither block nor throw.</remarks>
internal interface IWorkerEvents
{
    /// <summary>Hears, once, that a worker is gone; all its output came before.</summary>
    void OnExited(WorkerProcess worker, WorkerExit exit);

    /// <summary>Hears a line that a worker wrote.</summary>
    void OnOutput(WorkerProcess worker, WorkerOutputLine line);
}
