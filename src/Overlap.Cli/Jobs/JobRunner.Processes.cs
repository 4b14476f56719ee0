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
    private static Func<PortableItem<TItem>, WorkedItem> PortableWork(bool isRecorded, CancellationToken starting, CancellationToken running) =>
        item => Worker.State<ItemWorker<TItem>>().Do(item, isRecorded, starting, running);

    private async Task ReceiveFromProcessesAsync(IExecutor executor)
    {
        Func<PortableItem<TItem>, WorkedItem> work = PortableWork(settings.Recorder is not null, control.Starting, control.Running);
        await foreach (CompletedCall<PortableItem<TItem>, WorkedItem> call in executor.AsCompletedAsync(PullPortableAsync(), work))
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
                ItemResult failure = new()
                {
                    Item = item.Label,
                    Status = ItemStatus.Failed,
                    ErrorKind = WorkerDeath.ErrorKind,
                    Message = death,
                    Attempts = deaths,
                };
                return new ItemEnd(item.Sequence, job.KeyOf(item.Item), settings.TimeProvider.GetUtcNow(), TimeSpan.Zero, failure);
            }

            item = item with { Item = job.Again(item.Item) };
            Task<WorkedItem> again = executor.SubmitAsync(work, item);
            await ((Task)again).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            outcome = Outcome<WorkedItem>.FromTask(again);
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
}
