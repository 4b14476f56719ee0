using Overlap.Timelines;

namespace Overlap.Contracts;

/// <summary>What a contract asks of the executor that it is given.</summary>
public sealed record ExecutorSetup
{
    public int MaxWorkers { get; init; } = 2;

    public Func<object>? WorkerState { get; init; }

    public TimelineRecorder? Recorder { get; init; }
}
