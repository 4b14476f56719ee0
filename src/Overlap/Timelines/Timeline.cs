using System.Collections.Immutable;

namespace Overlap.Timelines;

/// <summary>A recording: who ran which call when, and what of it was work and what was waiting.</summary>
public sealed record Timeline
{
    /// <summary>What was run, such as <c>pages</c>.</summary>
    public required string Title { get; init; }

    /// <summary>The execution model, such as <c>threads</c>.</summary>
    public required string Model { get; init; }

    /// <summary>The number of workers that were allowed.</summary>
    public required int Workers { get; init; }

    /// <summary>The processors of the machine that ran it.</summary>
    public required int Cores { get; init; }

    /// <summary>When the recording began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The length of the recording.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>One lane per worker that ran something.</summary>
    public required ImmutableArray<Lane> Lanes { get; init; }

    /// <summary>Processor time of the process over the recording, in order of time; the first reading is at zero.</summary>
    public required ImmutableArray<CpuSample> CpuSamples { get; init; }

    /// <summary>How the number of workers changed, in order of time; empty when it was fixed.</summary>
    public ImmutableArray<LimitStep> Limits { get => field.IsDefault ? [] : field; init; }

    /// <summary>Calls that were not kept because the recorder's limit was reached. The drawings say so when it is not zero.</summary>
    public long DroppedSpans { get; init; }

    /// <summary>Processor time of the whole process over the recording.</summary>
    public TimeSpan ProcessCpu => CpuSamples.IsEmpty ? TimeSpan.Zero : CpuSamples[^1].ProcessCpu;

    /// <summary>Adds up the recording.</summary>
    public TimelineSummary Summarize() => TimelineSummary.Of(this);

    /// <summary>
    /// Gives the processor time that the process used to the calls that ran meanwhile: for calls that keep a thread while threads of a native library do their work,
    /// which would look like waiting.
    /// </summary>
    /// <param name="delayed">How long threads of the program stood ready without a processor over the recording; zero when nobody knows.</param>
    /// <returns>The recording in which that work is told. Calls in worker processes are as they were: their work is seen there.</returns>
    public Timeline WithWorkOutOfSight(TimeSpan delayed = default) => WorkOutOfSight.Attribute(this, delayed);
}
