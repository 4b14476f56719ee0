using Overlap.Timelines;

namespace Overlap.Executors;

/// <summary>The workers of an executor and its counters: opens workers, adds up statistics, disposes what workers own.</summary>
/// <remarks>Not thread-safe unless a member says so: the executor's gate guards it.</remarks>
internal sealed class WorkerSet(IExecutor executor, Func<object>? makeState, TimelineRecorder? recorder, IRefusalListener? refusals = null)
{
    private readonly List<WorkerContext> _workers = [];

    public int Count => _workers.Count;

    /// <summary>Calls accepted so far.</summary>
    public long Submitted { get; private set; }

    /// <summary>Calls that a cancellation took out of the queue.</summary>
    public long Withdrawn { get; set; }

    /// <summary>Numbers a call and counts it.</summary>
    public void Accept(Call call, long now)
    {
        call.Number = Submitted++;
        call.QueuedAt = now;
    }

    public WorkerContext Open(string laneName, LaneKind kind)
    {
        WorkerContext worker = new(executor, _workers.Count, makeState, recorder?.OpenLane(laneName, kind), refusals);
        _workers.Add(worker);
        return worker;
    }

    /// <summary>Why a further call cannot be taken in; <see langword="null"/> when it can.</summary>
    /// <param name="queued">The calls that wait.</param>
    /// <param name="queueCapacity">How many may.</param>
    /// <param name="limit">The calls that may run now.</param>
    /// <param name="isOfMap">Whether the call is one of a map: its window was made to fit when as many run as ever may, and the limit may move meanwhile.</param>
    /// <remarks>A worker whose call has ended but who has not come back for the next one has room: only calls that have not ended count.</remarks>
    public ExecutorQueueFullException? RefusalWhenFull(int queued, int queueCapacity, int limit, bool isOfMap) =>
        queued >= queueCapacity && Submitted - Ended().All >= (isOfMap ? executor.MaxWorkers : (long)limit) + queueCapacity
            ? new ExecutorQueueFullException(queueCapacity)
            : null;

    /// <summary>Adds up. Running is what was submitted and neither waits nor has ended.</summary>
    public ExecutorStatistics Sum(int queued, int queueCapacity)
    {
        (long succeeded, long failed, long canceled, long ended) = Ended();
        return new ExecutorStatistics
        {
            Model = executor.Model,
            MaxWorkers = executor.MaxWorkers,
            Workers = _workers.Count,
            QueueCapacity = queueCapacity,
            Submitted = Submitted,
            Queued = queued,
            Running = Submitted - queued - ended,
            Succeeded = succeeded,
            Failed = failed,
            Canceled = canceled,
        };
    }

    /// <summary>Disposes what the workers own. Called once, when no call runs and none can start.</summary>
    public async Task DisposeStatesAsync()
    {
        foreach (WorkerContext worker in _workers)
        {
            await worker.DisposeAsync().ConfigureAwait(false);
        }
    }

    private (long Succeeded, long Failed, long Canceled, long All) Ended()
    {
        long succeeded = 0;
        long failed = 0;
        long canceled = Withdrawn;
        foreach (WorkerContext worker in _workers)
        {
            succeeded += worker.Counts.Succeeded;
            failed += worker.Counts.Failed;
            canceled += worker.Counts.Canceled;
        }

        return (succeeded, failed, canceled, succeeded + failed + canceled);
    }
}
