using Overlap.Adaptation;
using Overlap.Timelines;

namespace Overlap.Executors;

/// <summary>The settings of a <see cref="ThreadPoolExecutor"/>.</summary>
public sealed record ThreadPoolExecutorOptions
{
    /// <summary>The most threads. Unit: threads, at least 1. Default: one per processor.</summary>
    public int MaxWorkers { get; init => field = Guard.AtLeast(1, value); } = Environment.ProcessorCount;

    /// <summary>
    /// Lets the number of threads adapt itself, as <see cref="Workers.Auto"/> does; its own bounds then stand for <see cref="MaxWorkers"/>.
    /// Default: nothing, the number is fixed.
    /// </summary>
    public AdaptiveOptions? Adaptive { get; init; }

    /// <summary>The most calls that may wait for a thread; one more is refused. Unit: calls, at least 0. Default: no limit.</summary>
    /// <remarks>They wait beside those that <c>WorkerLimit</c> lets run. A map pulls as many items as fit beside <see cref="MaxWorkers"/>, whatever the limit is meanwhile.</remarks>
    public int QueueCapacity { get; init => field = Guard.AtLeast(0, value); } = int.MaxValue;

    /// <summary>Makes what each worker owns; read inside a call by <see cref="Worker.State{T}"/>, disposed with the worker. Default: nothing.</summary>
    public Func<object>? WorkerState { get; init; }

    /// <summary>Takes down who ran what when. Default: nobody.</summary>
    public TimelineRecorder? Recorder { get; init; }

    /// <summary>The threads' names are this and a number. Default: <c>thread</c>.</summary>
    public string ThreadName { get; init; } = "thread";

    /// <summary>Hears of refusals where the number of workers is fixed. Default: nobody.</summary>
    internal IRefusalListener? Refusals { get; init; }
}
