using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Tasks;

/// <summary>Where a running call's reports go.</summary>
internal interface ITaskReporter
{
    /// <summary>Stores how far a call is, unless it has ended.</summary>
    ValueTask ReportAsync(TaskMessage message, string state, WireValue progress, CancellationToken cancellationToken);
}
