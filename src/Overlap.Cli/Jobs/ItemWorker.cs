namespace Overlap.Cli.Jobs;

/// <summary>Does a job's items in a worker process: one for each, with the job made there anew from data.</summary>
/// <param name="job">The job as it is in the worker; the worker's own.</param>
/// <param name="attempts">How often and how long an item is tried.</param>
internal sealed class ItemWorker<TItem>(Job<TItem> job, AttemptPolicy attempts) : IAsyncDisposable
{
    private readonly ItemAttempts<TItem> _attempts = new(job, attempts, TimeProvider.System);

    /// <summary>Does an item.</summary>
    /// <param name="item">The item.</param>
    /// <param name="isFailureSeen">Whether a failure must be seen by the executor.</param>
    /// <param name="starting">Cancelled when no new item may start.</param>
    /// <param name="running">Cancelled when running items must give up.</param>
    public WorkedItem Do(PortableItem<TItem> item, bool isFailureSeen, CancellationToken starting, CancellationToken running)
    {
        if (starting.IsCancellationRequested)
        {
            return NotDone();
        }

        DateTimeOffset startedAt = TimeProvider.System.GetUtcNow();
        long from = TimeProvider.System.GetTimestamp();
        ItemResult result;
        try
        {
            result = _attempts.Execute(item.Item, running);
        }
        catch (OperationCanceledException) when (running.IsCancellationRequested)
        {
            return NotDone();
        }
        catch (RunException exception)
        {
            return NotDone() with { Failure = new RunFailure(exception.ExitCode, exception.Message) };
        }

        WorkedItem worked = new()
        {
            Result = result,
            StartedAt = startedAt,
            Duration = TimeProvider.System.GetElapsedTime(from),
            LimitReached = job.LimitReached,
        };
        return isFailureSeen && result.Status == ItemStatus.Failed ? throw new WorkedItemFailedException(worked) : worked;
    }

    public ValueTask DisposeAsync() => job.DisposeAsync();

    private static WorkedItem NotDone() => new() { Result = new ItemResult { Item = "", Status = ItemStatus.NotDone } };
}
