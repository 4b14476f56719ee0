using Overlap.Timelines;

namespace Overlap.Executors;

/// <summary>The settings of an <see cref="InlineExecutor"/>.</summary>
public sealed record InlineExecutorOptions
{
    /// <summary>Makes what each worker owns; read inside a call by <see cref="Worker.State{T}"/>, disposed with the executor. Default: nothing.</summary>
    public Func<object>? WorkerState { get; init; }

    /// <summary>Takes down who ran what when. Default: nobody.</summary>
    public TimelineRecorder? Recorder { get; init; }

    /// <summary>Hears of refusals where the number of workers is fixed. Default: nobody.</summary>
    internal IRefusalListener? Refusals { get; init; }
}
