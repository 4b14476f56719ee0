using Overlap.Timelines;

namespace Overlap.Executors;

/// <summary>The settings of a <see cref="ThreadPoolExecutor"/>.</summary>
public sealed record ThreadPoolExecutorOptions
{
    /// <summary>The most threads. Unit: threads, at least 1. Default: one per processor.</summary>
    public int MaxWorkers { get; init => field = Guard.AtLeast(1, value); } = Environment.ProcessorCount;

    /// <summary>The most calls that may wait for a thread; one more is refused. Unit: calls, at least 0. Default: no limit.</summary>
    public int QueueCapacity { get; init => field = Guard.AtLeast(0, value); } = int.MaxValue;

    /// <summary>Makes what each worker owns; read inside a call by <see cref="Worker.State{T}"/>, disposed with the worker. Default: nothing.</summary>
    public Func<object>? WorkerState { get; init; }

    /// <summary>Takes down who ran what when. Default: nobody.</summary>
    public TimelineRecorder? Recorder { get; init; }

    /// <summary>The threads' names are this and a number. Default: <c>thread</c>.</summary>
    public string ThreadName { get; init; } = "thread";
}
