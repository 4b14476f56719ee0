using System.Collections.Immutable;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;

namespace Overlap.Distributed.Worker;

// How a call ends that is neither done nor to be tried again, and whose message may be worth keeping.
internal sealed partial class TaskRunner
{
    private string EndIgnored(WorkItem item)
    {
        figures.CountIgnored();
        WorkerLog.Ignored(_logger, item.Definition.Name, Shown(item.Message.Id));
        End(item, null, SettlementKind.Acknowledge);
        return "ignored";
    }

    // A rejected call has not failed by an exception: its errbacks are not called, as Celery does not call them. Who waits for it hears all the same.
    private string EndRejected(WorkItem item, TaskRejectException rejection)
    {
        if (rejection.Requeues && !item.IsAcknowledged)
        {
            figures.CountReturned();
            WorkerLog.Rejected(_logger, item.Definition.Name, Shown(item.Message.Id), Shown(rejection.Message));
            End(item, null, SettlementKind.Requeue);
            return "requeued";
        }

        WorkerLog.Rejected(_logger, item.Definition.Name, Shown(item.Message.Id), Shown(rejection.Message));
        ResultDocument document = Documents.Failure(item.Message, Documents.Rejected(rejection), null, _clock.GetUtcNow());
        SequelCalls calls = SequelOfFailure(item.Message);
        Settlement? settlement = DeadLetterOf(item, MessageDefect.Rejected, rejection.Message);
        End(item, document, settlement, others: SkippedBy(document, calls));
        return "rejected";
    }

    // What becomes of the message of a call that has failed.
    private Settlement? SettlementOfFailure(WorkItem item, RemoteError error) => item.Definition.Options.KeepsFailures
        ? DeadLetterOf(item, MessageDefect.Failed, $"{error.Type}: {error.Message}")
        : SettlementOf(item, SettlementKind.Acknowledge);

    // None, if the message is gone already.
    private Settlement? DeadLetterOf(WorkItem item, MessageDefect defect, string detail)
    {
        if (item.IsAcknowledged)
        {
            return null;
        }

        figures.CountDeadLettered();
        WorkerMetrics.CountDeadLetter(item.Delivery.Queue, defect);
        WorkerLog.DeadLettered(_logger, item.Delivery.Tag, item.Delivery.Queue, defect.ToString(), Shown(detail));
        return new Settlement(item.Delivery, SettlementKind.DeadLetter) { Cause = new DeadLetterCause(defect, Shown(detail)) };
    }

    // The steps of a chain that never come end with the one before them, so that nobody waits for them.
    private static ImmutableArray<ResultDocument> SkippedBy(ResultDocument document, SequelCalls calls) =>
        [.. calls.Skipped.Select(id => document with { TaskId = id, ParentId = null, GroupId = null })];
}
