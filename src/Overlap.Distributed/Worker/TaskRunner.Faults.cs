using Overlap.Distributed.Brokers;

namespace Overlap.Distributed.Worker;

// What goes wrong around a call and is not its doing: a logger that throws, a listener, a defect of ours. I8: nobody waits for ever because of it.
internal sealed partial class TaskRunner
{
    // So that what always goes wrong goes wrong once a second, and not as fast as messages can go round.
    private static readonly TimeSpan PutAsideFor = TimeSpan.FromSeconds(1);

    /// <summary>Runs a call, and sees to it that its item ends.</summary>
    private async ValueTask RunToItsEndAsync(WorkItem item)
    {
        try
        {
            await RunAsync(item).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            if (item.TryWithdraw() || item.TryEnd())
            {
                PutAside(item, exception);
            }
            else if (live.Contains(item))
            {
                // Its function has ended, and what became of it cannot be told: an exception whose message throws, for one.
                EndUntold(item, exception);
            }

            WorkerLog.RunBroken(_logger, item.Definition.Name, Shown(item.Message.Id), exception.GetType().Name);
        }
    }

    private void PutAside(WorkItem item, Exception exception)
    {
        if (item.IsAcknowledged)
        {
            EndUntold(item, exception);
            return;
        }

        figures.CountReturned();
        End(item, null, new Settlement(item.Delivery, SettlementKind.Defer) { Due = _clock.GetUtcNow() + PutAsideFor });
    }

    private void EndUntold(WorkItem item, Exception exception)
    {
        figures.CountFailed();
        string why = $"The worker could not tell what became of it: {exception.GetType().Name}.";
        End(item, Documents.Failure(item.Message, Documents.WorkerLost(why), null, _clock.GetUtcNow()), SettlementKind.Acknowledge);
    }
}
