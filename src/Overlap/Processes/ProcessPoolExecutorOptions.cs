using System.Text.Json.Serialization;
using Overlap.Adaptation;
using Overlap.Executors;
using Overlap.Timelines;

namespace Overlap.Processes;

/// <summary>The settings of a <see cref="ProcessPoolExecutor"/>.</summary>
public sealed record ProcessPoolExecutorOptions
{
    /// <summary>The most worker processes. Unit: processes, at least 1. Default: one per processor.</summary>
    public int MaxWorkers { get; init => field = Guard.AtLeast(1, value); } = Environment.ProcessorCount;

    /// <summary>
    /// Lets the number of worker processes adapt itself, as <see cref="Executors.Workers.Auto"/> does; its own bounds then stand for <see cref="MaxWorkers"/>.
    /// Default: nothing, the number is fixed.
    /// </summary>
    public AdaptiveOptions? Adaptive { get; init; }

    /// <summary>
    /// The worker processes that start with the executor and stay when there is nothing to do; no more than <see cref="MaxWorkers"/>. Unit: processes,
    /// at least 0. Default: 0; one starts all the same, but does not stay.
    /// </summary>
    public int MinWorkers { get; init => field = Guard.AtLeast(0, value); }

    /// <summary>The most calls that may wait for a worker; one more is refused. Unit: calls, at least 0. Default: no limit.</summary>
    /// <remarks>They wait beside those that <c>WorkerLimit</c> lets run. A map pulls as many items as fit beside <see cref="MaxWorkers"/>, whatever the limit is meanwhile.</remarks>
    public int QueueCapacity { get; init => field = Guard.AtLeast(0, value); } = int.MaxValue;

    /// <summary>
    /// Makes what each worker owns, in the worker; read inside a call by <see cref="Worker.State{T}"/>, disposed when the worker ends in peace.
    /// Default: nothing.
    /// </summary>
    public Func<object>? WorkerState { get; init; }

    /// <summary>Runs in each worker before its first call; a worker whose initialiser throws does not start. Default: nothing.</summary>
    public Action? Initializer { get; init; }

    /// <summary>How calls are treated that do not say otherwise.</summary>
    public ProcessCallOptions Calls { get; init; } = ProcessCallOptions.Default;

    /// <summary>After so many calls a worker is replaced. Unit: calls, at least 1. Default: never.</summary>
    public int? MaxCallsPerWorker { get; init => field = value is null ? null : Guard.AtLeast(1, value.Value); }

    /// <summary>A worker whose resident memory is larger after a call is replaced. Unit: bytes, at least 1. Default: never.</summary>
    public long? MaxWorkerMemory
    {
        get;
        init => field = value is null or >= 1
            ? value : throw new ArgumentOutOfRangeException(nameof(MaxWorkerMemory), value, "MaxWorkerMemory must be at least 1.");
    }

    /// <summary>A worker that had nothing to do for so long ends, but for <see cref="MinWorkers"/>. Default: five minutes.</summary>
    public TimeSpan IdleTimeout
    {
        get;
        init => field = value > TimeSpan.Zero || value == Timeout.InfiniteTimeSpan
            ? value : throw new ArgumentOutOfRangeException(nameof(IdleTimeout), value, "IdleTimeout must be more than zero, or infinite.");
    } = TimeSpan.FromMinutes(5);

    /// <summary>How long a call past its deadline has to give up when its token is cancelled, before its worker gets SIGTERM. Default: 100 ms.</summary>
    public TimeSpan CancellationGrace { get; init => field = NotNegative(value, nameof(CancellationGrace)); } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a worker has after SIGTERM before SIGKILL. Default: 100 ms.</summary>
    public TimeSpan TerminationGrace { get; init => field = NotNegative(value, nameof(TerminationGrace)); } = TimeSpan.FromMilliseconds(100);

    /// <summary>How calls get to the workers. Default: shared memory, or the stream where there is none.</summary>
    public WorkerTransport Transport { get; init; }

    /// <summary>What a worker may use. Default: no limits.</summary>
    public WorkerLimits Limits { get; init; } = new();

    /// <summary>
    /// Gets each line that a worker prints, one at a time; it must not block for long. When it throws it gets no more, and the disposal throws that.
    /// Default: lines go to this program's own standard output and error.
    /// </summary>
    public Action<WorkerOutputLine>? Output { get; init; }

    /// <summary>Source-generated JSON contracts for arguments and results; types it does not know get contracts by reflection. Default: none.</summary>
    public JsonSerializerContext? JsonContext { get; init; }

    /// <summary>
    /// Exceptions of these types arrive as themselves, beside those of all assemblies that the program has loaded for good; others arrive as
    /// <see cref="RemoteCallException"/>. Default: none.
    /// </summary>
    public IReadOnlyList<Type> ExceptionTypes { get; init; } = [];

    /// <summary>Takes down who ran what when. Default: nobody.</summary>
    public TimelineRecorder? Recorder { get; init; }

    /// <summary>The lanes' names are this and a number. Default: <c>process</c>.</summary>
    public string WorkerName { get; init; } = "process";

    /// <summary>Tells the time for deadlines, idling, how soon starts fail one after the other, and the pauses between them. Default: the system's clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    private static TimeSpan NotNegative(TimeSpan value, string name) => value >= TimeSpan.Zero
        ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least zero.");
}
