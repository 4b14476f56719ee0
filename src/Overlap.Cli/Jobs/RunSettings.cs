using Overlap.Cli.Arguments;
using Overlap.Executors;
using Overlap.Timelines;

namespace Overlap.Cli.Jobs;

/// <summary>How one run of a job is made.</summary>
internal sealed record RunSettings
{
    /// <summary>The most items of a comparison that are recorded; beyond them the wait share is an estimate.</summary>
    public const long MaxSpansForComparison = 100_000;

    /// <summary>The most items of a single run that are recorded for its report's wait share alone: a long run must not pay for one figure.</summary>
    public const long MaxSpansForReport = 2_000;

    /// <summary>The model that runs the items.</summary>
    public required ExecutionModel Model { get; init; }

    /// <summary>Items at the same time; <see langword="null"/> for what the job takes by itself.</summary>
    public WorkerCount? Workers { get; init; }

    /// <summary>Hands on the ends in the order of the input.</summary>
    public bool KeepOrder { get; init; }

    /// <summary>How often and how long an item is tried.</summary>
    public AttemptPolicy Attempts { get; init; } = new();

    /// <summary>When the run gives up early.</summary>
    public HaltPolicy Halt { get; init; } = HaltPolicy.Never;

    /// <summary>Keys whose items are done already.</summary>
    public IDoneItems? Done { get; init; }

    /// <summary>The part of the items to do; <see langword="null"/> for all of them.</summary>
    public ItemSlice? Slice { get; init; }

    /// <summary>Takes down who ran which item when; <see langword="null"/> for nothing.</summary>
    public TimelineRecorder? Recorder { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
