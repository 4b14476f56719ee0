using Overlap.Adaptation;
using Overlap.Timelines;

namespace Overlap.Executors;

/// <summary>The settings of an <see cref="AsyncExecutor"/>.</summary>
public sealed record AsyncExecutorOptions
{
    /// <summary>The most calls in flight. Unit: calls, at least 1. Default: 100.</summary>
    public int MaxWorkers { get; init => field = Guard.AtLeast(1, value); } = 100;

    /// <summary>
    /// Lets the number of calls in flight adapt itself, as <see cref="Workers.Auto"/> does; its own bounds then stand for <see cref="MaxWorkers"/>.
    /// Default: nothing, the number is fixed.
    /// </summary>
    public AdaptiveOptions? Adaptive { get; init; }

    /// <summary>The most calls that may wait for a slot; one more is refused. Unit: calls, at least 0. Default: no limit.</summary>
    /// <remarks>They wait beside those that <c>WorkerLimit</c> lets run. A map pulls as many items as fit beside <see cref="MaxWorkers"/>, whatever the limit is meanwhile.</remarks>
    public int QueueCapacity { get; init => field = Guard.AtLeast(0, value); } = int.MaxValue;

    /// <summary>Makes what each slot owns; read inside a call by <see cref="Worker.State{T}"/>, disposed with the executor. Default: nothing.</summary>
    public Func<object>? WorkerState { get; init; }

    /// <summary>Takes down who ran what when. Default: nobody.</summary>
    public TimelineRecorder? Recorder { get; init; }

    /// <summary>Hears of refusals where the number of workers is fixed. Default: nobody.</summary>
    internal IRefusalListener? Refusals { get; init; }
}
