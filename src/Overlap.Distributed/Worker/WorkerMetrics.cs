using System.Diagnostics;
using System.Diagnostics.Metrics;
using Overlap.Distributed.Diagnostics;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Worker;

/// <summary>What workers report to a meter and to activity listeners. Costs next to nothing while nobody listens.</summary>
internal static class WorkerMetrics
{
    private const string TaskTag = "celery.task_name";
    private const string OutcomeTag = "overlap.task.outcome";
    private const string QueueTag = "messaging.destination.name";

    private static readonly Counter<long> Received = DistributedDiagnostics.Meter.CreateCounter<long>(
        "overlap.worker.message.received", unit: "{message}", description: "Messages delivered to workers.");

    private static readonly Counter<long> DeadLettered = DistributedDiagnostics.Meter.CreateCounter<long>(
        "overlap.worker.message.dead_lettered", unit: "{message}", description: "Messages that became dead letters.");

    private static readonly Counter<long> LostLeases = DistributedDiagnostics.Meter.CreateCounter<long>(
        "overlap.worker.lease.lost", unit: "{lease}", description: "Messages that the broker gave to another before they were settled.");

    private static readonly Histogram<double> Duration = DistributedDiagnostics.Meter.CreateHistogram<double>(
        "overlap.task.duration", unit: "s", description: "From the start of a call to its end.");

    private static readonly Counter<long> Stalls = DistributedDiagnostics.Meter.CreateCounter<long>(
        "overlap.worker.stall", unit: "{stall}", description: "Times at which a worker got nothing although a queue was not empty.");

    public static void CountReceived(int count) => Received.Add(count);

    public static void CountDeadLetter(string queue, MessageDefect defect) => DeadLettered.Add(
        1, new KeyValuePair<string, object?>(QueueTag, queue), new KeyValuePair<string, object?>("overlap.message.defect", defect.ToString()));

    public static void CountLostLease(string queue) => LostLeases.Add(1, new KeyValuePair<string, object?>(QueueTag, queue));

    public static void CountStall(string queue) => Stalls.Add(1, new KeyValuePair<string, object?>(QueueTag, queue));

    public static void RecordEnd(WorkItem item, TimeSpan duration, string outcome)
    {
        if (Duration.Enabled)
        {
            Duration.Record(
                duration.TotalSeconds,
                new KeyValuePair<string, object?>(TaskTag, item.Definition.Name),
                new KeyValuePair<string, object?>(OutcomeTag, outcome));
        }
    }

    /// <summary>Begins the activity of a run, as a child of the one that sent the call.</summary>
    public static Activity? StartActivity(WorkItem item)
    {
        if (!DistributedDiagnostics.ActivitySource.HasListeners())
        {
            return null;
        }

        _ = ActivityContext.TryParse(TextOf(item.Message, TraceHeaders.Parent), TextOf(item.Message, TraceHeaders.State), isRemote: true, out ActivityContext parent);
        Activity? activity = DistributedDiagnostics.ActivitySource.StartActivity($"process {item.Delivery.Queue}", ActivityKind.Consumer, parent);
        activity?.SetTag("messaging.system", "celery");
        activity?.SetTag("messaging.operation.type", "process");
        activity?.SetTag(QueueTag, item.Delivery.Queue);
        activity?.SetTag("messaging.message.id", item.Message.Id);
        activity?.SetTag(TaskTag, item.Definition.Name);
        return activity;
    }

    private static string? TextOf(TaskMessage message, string header) =>
        message.OtherHeaders[header] is { Kind: WireKind.Text } value ? value.AsText() : null;
}
