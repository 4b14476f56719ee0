using Overlap.Timelines;

namespace Overlap.Executors;

/// <summary>The settings of an <see cref="AsyncExecutor"/>.</summary>
public sealed record AsyncExecutorOptions
{
    /// <summary>The most calls in flight. Unit: calls, at least 1. Default: 100.</summary>
    public int MaxWorkers { get; init => field = Guard.AtLeast(1, value); } = 100;

    /// <summary>The most calls that may wait for a slot; one more is refused. Unit: calls, at least 0. Default: no limit.</summary>
    public int QueueCapacity { get; init => field = Guard.AtLeast(0, value); } = int.MaxValue;

    /// <summary>Makes what each slot owns; read inside a call by <see cref="Worker.State{T}"/>, disposed with the executor. Default: nothing.</summary>
    public Func<object>? WorkerState { get; init; }

    /// <summary>Takes down who ran what when. Default: nobody.</summary>
    public TimelineRecorder? Recorder { get; init; }
}
