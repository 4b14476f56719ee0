using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;
using Overlap.Processes;

namespace Overlap.Distributed.Worker;

// How a call is tried again: with its own id, after a wait that its message carries.
internal sealed partial class TaskRunner
{
    private const string LossesHeader = "overlap-process-losses";

    /// <summary>Whether a call is tried again by itself after an exception.</summary>
    internal static bool IsRetried(TaskOptions options, Exception failure)
    {
        foreach (Type type in options.RetriedExceptions)
        {
            if (type.IsInstanceOfType(failure))
            {
                return true;
            }
        }

        return false;
    }

    private bool TryRetry(WorkItem item, Exception failure)
    {
        TaskOptions task = item.Definition.Options;
        TaskRetryException? asked = failure as TaskRetryException;
        if (asked is null && !(failure is ProcessTaskException { IsRetried: true } || IsRetried(task, failure)))
        {
            return false;
        }

        int retries = item.Message.Retries;
        if ((asked?.MaxRetries ?? task.MaxRetries) is { } most && retries >= most)
        {
            return false;
        }

        TimeSpan delay = asked is not null ? asked.After ?? task.RetryDelay : _delays.Of(task, retries);
        Publication next = Successor(item, item.Message with
        {
            Retries = retries + 1,
            Eta = delay > TimeSpan.Zero ? _clock.GetUtcNow() + delay : null,
            ParentId = item.Message.ParentId ?? item.Message.Id,
        });
        Exception told = asked?.InnerException ?? failure;
        figures.CountRetried();
        WorkerLog.Retried(_logger, item.Definition.Name, Shown(item.Message.Id), delay.TotalSeconds, retries + 1, Shown($"{told.GetType().Name}: {told.Message}"));

        // I5: the state RETRY is stored before the next try is sent, and that is sent in one step with the acknowledgement of this one.
        ResultDocument document = Documents.Retry(item.Message, Documents.Of(told), told is ProcessTaskException remote ? remote.Traceback : told.ToString());
        if (item.IsAcknowledged)
        {
            _ = SendAfterAsync(item, document, next);
        }
        else
        {
            End(item, document, SettlementKind.Acknowledge, next);
        }

        return true;
    }

    // Its process died under it. Whether by its doing nobody knows, so it is run again only if its task says so, and not for ever.
    private string EndDead(WorkItem item, WorkerDiedException death, TimeSpan duration)
    {
        long losses = item.Message.OtherHeaders[LossesHeader] is { Kind: WireKind.Integer } before ? before.AsInteger() + 1 : 1;
        if (!item.Definition.Options.ReturnsWhenWorkerLost || item.IsAcknowledged)
        {
            EndFailed(item, Documents.WorkerLost(death.Message), null, duration);
            return "failed";
        }

        if (losses >= options.MaxDeliveries)
        {
            string detail = $"{losses} processes have died of it; the last: {death.Message}";
            ResultDocument document = Documents.Failure(item.Message, Documents.WorkerLost(detail), null, _clock.GetUtcNow());
            End(item, document, DeadLetterOf(item, MessageDefect.Poison, detail));
            return "dead";
        }

        // Counted in the message itself: brokers count only the deaths of those who hold messages, and this worker lives.
        figures.CountReturned();
        TaskMessage again = item.Message with { OtherHeaders = item.Message.OtherHeaders.With(LossesHeader, losses) };
        End(item, null, SettlementKind.Acknowledge, Successor(item, again));
        return "returned";
    }

    // Of a call that was acknowledged early there is nothing left to settle: its next try is published by itself.
    private async Task SendAfterAsync(WorkItem item, ResultDocument document, Publication next)
    {
        try
        {
            if (!item.IgnoresResult)
            {
                TaskCompletionSource<bool> stored = new(TaskCreationOptions.RunContinuationsAsynchronously);
                completer.Add(new Completion(item.Delivery, Extended(item, document), null, FreesPlace: false, stored));
                await stored.Task.ConfigureAwait(false);
            }

            await broker.PublishAsync(new[] { next }).ConfigureAwait(false);
            completer.Add(new Completion(item.Delivery, null, null));
            live.Remove(item);
        }
        catch (Exception exception)
        {
            RemoteError error = Documents.WorkerLost($"The next try could not be sent: {exception.Message}");
            EndFailed(item, error, exception, _clock.GetElapsedTime(item.StartedAt));
        }
    }

    private static Publication Successor(WorkItem item, TaskMessage next)
    {
        // To the queue it came from and no other: an exchange might give it to several.
        MessageProperties properties = item.Message.Properties with
        {
            Exchange = "",
            RoutingKey = item.Delivery.Queue,
            DeliveryTag = null,
            IsRedelivered = false,
        };
        WireMessage message = TaskMessageCodec.Write(next with { Properties = properties }, emitsTypeTags: true, emitsNonFinite: true);
        return new Publication("", item.Delivery.Queue, message);
    }
}
