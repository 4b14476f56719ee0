using Overlap.Executors;
using Overlap.Futures;
using Overlap.Processes;

namespace Overlap.Cli.Jobs;

// What is different when the items are done in worker processes: data crosses instead of objects, and a worker may die.
internal sealed partial class JobRunner<TItem>
{
    // Owned by the loop that receives.
    private string? _limitInWorkers;

    /// <summary>Gives what a worker does with an item. Nothing is captured but what can travel: not the job, not the runner.</summary>
    private static Func<PortableItem<TItem>, WorkedItem> PortableWork(bool isFailureSeen, CancellationToken starting, CancellationToken running) =>
        item => Worker.State<ItemWorker<TItem>>().Do(item, isFailureSeen, starting, running);

    /// <summary>Starts the worker processes of a slice before its clock: their start is a price of its own, not one of the items that are measured.</summary>
    private async ValueTask WarmUpAsync(IExecutor executor)
    {
        if (settings.Slice is null || executor is not ProcessPoolExecutor pool)
        {
            return;
        }

        try
        {
            await pool.WarmUpAsync(pool.MaxWorkers, control.Starting);
        }
        catch (OperationCanceledException) when (control.Starting.IsCancellationRequested)
        {
            // Nothing will start: the run comes to its end by itself.
        }
    }

    private async Task ReceiveFromProcessesAsync(IExecutor executor)
    {
        Func<PortableItem<TItem>, WorkedItem> work = PortableWork(IsFailureSeen, control.Starting, control.Running);
        await foreach (CompletedCall<PortableItem<TItem>, WorkedItem> call in executor.AsCompletedAsync(PullPortableAsync(), work, WindowFor(executor)))
        {
            Receive(call.Index, await EndOfAsync(executor, work, call));
        }
    }

    private async IAsyncEnumerable<PortableItem<TItem>> PullPortableAsync()
    {
        await foreach (NumberedItem<TItem> item in PullAsync())
        {
            yield return new PortableItem<TItem>(item.Sequence, job.LabelOf(item.Item), item.Item);
        }
    }

    /// <summary>Gives the end of an item; one whose worker died is done again as often as an item may be tried again.</summary>
    /// <remarks>Other ends wait meanwhile, other items do not. Deaths are rare.</remarks>
    private async ValueTask<ItemEnd> EndOfAsync(
        IExecutor executor, Func<PortableItem<TItem>, WorkedItem> work, CompletedCall<PortableItem<TItem>, WorkedItem> call)
    {
        PortableItem<TItem> item = call.Item;
        Outcome<WorkedItem> outcome = call.Outcome;
        int deaths = 0;
        while (WorkerDeath.Of(outcome.Exception) is { } death)
        {
            deaths++;
            if (deaths > settings.Attempts.Retries || control.Starting.IsCancellationRequested)
            {
                return FailureOf(item, WorkerDeath.ErrorKind, death, deaths, TimeSpan.Zero);
            }

            item = item with { Item = job.Again(item.Item) };
            Task<WorkedItem> again = executor.SubmitAsync(work, item);
            await ((Task)again).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            outcome = Outcome<WorkedItem>.FromTask(again);
        }

        if (outcome.Exception is CallDeadlineException { Deadline: var limit })
        {
            return FailureOf(item, "timeout", $"took longer than {limit.TotalSeconds:0.###} s; its worker process was ended", deaths + 1, limit);
        }

        WorkedItem worked = outcome.Exception switch
        {
            WorkedItemFailedException failed => failed.ToWorkedItem(),
            WorkerStateException state => throw new RunException(ExitCode.Environment, (state.InnerException ?? state).Message, state),
            BrokenProcessPoolException broken => throw new RunException(ExitCode.Environment, broken.Message.ReplaceLineEndings(" "), broken),
            _ => outcome.Value,
        };
        if (worked.Failure is { } end)
        {
            throw new RunException(end.ExitCode, end.Message);
        }

        _limitInWorkers ??= worked.LimitReached;
        ItemResult result = worked.Result;
        return new ItemEnd(
            item.Sequence, job.KeyOf(item.Item), worked.StartedAt, worked.Duration, deaths == 0 ? result : result with { Attempts = result.Attempts + deaths });
    }

    /// <summary>Gives the end of an item about which its worker can say nothing any more.</summary>
    private ItemEnd FailureOf(PortableItem<TItem> item, string kind, string message, int attempts, TimeSpan duration)
    {
        ItemResult failure = new() { Item = item.Label, Status = ItemStatus.Failed, ErrorKind = kind, Message = message, Attempts = attempts };
        return new ItemEnd(item.Sequence, job.KeyOf(item.Item), settings.TimeProvider.GetUtcNow() - duration, duration, failure);
    }
}
