using System.Collections.Concurrent;

namespace Overlap.Distributed.Worker;

// How long a run may take: what its message says, or what a command has said since, or what its task's options say.
internal sealed partial class TaskRunner
{
    private readonly ConcurrentDictionary<string, (TimeSpan? Soft, TimeSpan? Hard)> _changedLimits = new(StringComparer.Ordinal);

    /// <summary>Changes the limits of a task, for calls that start from now on; <see langword="null"/>: none.</summary>
    public void Limit(string task, TimeSpan? soft, TimeSpan? hard) => _changedLimits[task] = (soft, hard);

    private (TimeSpan? Soft, TimeSpan? Hard) LimitsOf(WorkItem item)
    {
        (TimeSpan? soft, TimeSpan? hard) = !_changedLimits.IsEmpty && _changedLimits.TryGetValue(item.Definition.Name, out (TimeSpan? Soft, TimeSpan? Hard) changed)
            ? changed
            : (item.Definition.Options.SoftLimit, item.Definition.Options.HardLimit);
        return (Positive(item.Message.SoftLimit ?? soft), Positive(item.Message.HardLimit ?? hard));

        // A limit of nothing is none.
        static TimeSpan? Positive(TimeSpan? limit) => limit > TimeSpan.Zero ? limit : null;
    }

    // In this process nothing can be killed: the call fails now, its token is cancelled, and its slot is taken until it returns.
    private void HardLimitPassed(WorkItem item, TimeSpan limit)
    {
        if (item.Completed is not null || !item.TryEnd())
        {
            return;
        }

        TimeSpan duration = _clock.GetElapsedTime(item.StartedAt);
        EndFailed(item, Documents.HardLimit(limit), null, duration);
        WorkerMetrics.RecordEnd(item, duration, "failed");
        WorkerLog.Abandoned(_logger, item.Definition.Name, Shown(item.Message.Id));
        item.Stop(StopCause.HardLimit);
    }

    private ITimer? StartTimer(TimeSpan limit, Action<WorkItem, TimeSpan> passed, WorkItem item) => limit.TotalMilliseconds < uint.MaxValue - 1
        ? _clock.CreateTimer(_ => passed(item, limit), null, limit, Timeout.InfiniteTimeSpan)
        : null;
}
