using System.Diagnostics.Metrics;
using Overlap.Diagnostics;
using Overlap.Timelines;

namespace Overlap.Executors;

/// <summary>What executors report to a meter. Costs next to nothing while nobody listens.</summary>
internal static class ExecutorMetrics
{
    private const string ModelTag = "overlap.executor.model";
    private const string OutcomeTag = "overlap.executor.call.outcome";

    private static readonly Lock Gate = new();

    // Guarded by Gate. An executor that is no longer used must not be kept alive by being measured.
    private static readonly List<WeakReference<IExecutor>> Executors = [];

    // A program that turned meters off pays nothing for ours.
    private static readonly bool IsSupported =
        !AppContext.TryGetSwitch("System.Diagnostics.Metrics.Meter.IsSupported", out bool isSupported) || isSupported;

    private static readonly Histogram<double>? CallDuration = !IsSupported ? null : OverlapDiagnostics.Meter.CreateHistogram<double>(
        "overlap.executor.call.duration", unit: "s", description: "From the start of a call on a worker to its end.");

    static ExecutorMetrics()
    {
        if (!IsSupported)
        {
            return;
        }

        _ = OverlapDiagnostics.Meter.CreateObservableUpDownCounter(
            "overlap.executor.queue.length",
            static () => Observe(static statistics => statistics.Queued),
            unit: "{call}",
            description: "Calls that wait for a worker.");
        _ = OverlapDiagnostics.Meter.CreateObservableUpDownCounter(
            "overlap.executor.call.running",
            static () => Observe(static statistics => statistics.Running),
            unit: "{call}",
            description: "Calls that run.");
    }

    /// <summary>Whether somebody listens to the duration of calls.</summary>
    public static bool IsTimed => CallDuration?.Enabled == true;

    /// <summary>Makes an executor show in the observed instruments while it lives.</summary>
    public static void Register(IExecutor executor)
    {
        if (!IsSupported)
        {
            return;
        }

        Gate.Enter();
        _ = Executors.RemoveAll(static reference => !reference.TryGetTarget(out _));
        Executors.Add(new WeakReference<IExecutor>(executor));
        Gate.Exit();
    }

    public static void Unregister(IExecutor executor)
    {
        Gate.Enter();
        _ = Executors.RemoveAll(reference => !reference.TryGetTarget(out IExecutor? target) || target == executor);
        Gate.Exit();
    }

    public static void RecordEnd(IExecutor executor, long startedAt, SpanStatus status) =>
        CallDuration?.Record(
            TimeProvider.System.GetElapsedTime(startedAt).TotalSeconds,
            new KeyValuePair<string, object?>(ModelTag, NameOf(executor.Model)),
            new KeyValuePair<string, object?>(OutcomeTag, status switch
            {
                SpanStatus.Succeeded => "succeeded",
                SpanStatus.Failed => "failed",
                _ => "canceled",
            }));

    private static List<Measurement<long>> Observe(Func<ExecutorStatistics, long> read)
    {
        List<IExecutor> executors = [];
        Gate.Enter();
        foreach (WeakReference<IExecutor> reference in Executors)
        {
            if (reference.TryGetTarget(out IExecutor? executor))
            {
                executors.Add(executor);
            }
        }

        Gate.Exit();
        return
        [
            .. executors.GroupBy(static executor => executor.Model).Select(group => new Measurement<long>(
                group.Sum(executor => read(executor.GetStatistics())), new KeyValuePair<string, object?>(ModelTag, NameOf(group.Key)))),
        ];
    }

    private static string NameOf(ExecutionModel model) => model switch
    {
        ExecutionModel.Inline => "inline",
        ExecutionModel.Threads => "threads",
        ExecutionModel.Async => "async",
        ExecutionModel.Processes => "processes",
        _ => "cluster",
    };
}
