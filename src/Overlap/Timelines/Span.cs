using System.Collections.Immutable;

namespace Overlap.Timelines;

/// <summary>One call on a lane.</summary>
/// <remarks>
/// Shape: <see cref="Queued"/> ≤ <see cref="Started"/> ≤ <see cref="Finished"/>. <see cref="Segments"/> lie inside the span in order and
/// without overlap. <see cref="Working"/> is an amount: it lies in the working segments, and what does not fit there somewhere in what
/// the segments leave open; of a call on a thread only the amount is known (a thread's processor clock tells how much, not when). The rest of
/// the open is waiting. The rest of a working segment is unattributed: its thread had no processor, or stood at a lock or in a blocking call.
/// Units: <see cref="TimeSpan"/> from the start of the timeline.
/// </remarks>
public sealed record Span
{
    /// <summary>The number of the call, from 0, in the order of submission.</summary>
    public required long Item { get; init; }

    /// <summary>What the call was about, or <see langword="null"/>.</summary>
    public string? Label { get; init; }

    /// <summary>When the call was submitted.</summary>
    public required TimeSpan Queued { get; init; }

    /// <summary>When a worker took the call.</summary>
    public required TimeSpan Started { get; init; }

    /// <summary>When the call ended; when the recording was taken, if it had not.</summary>
    public required TimeSpan Finished { get; init; }

    /// <summary>Processor time measured inside the call. Never more than <see cref="Duration"/>.</summary>
    public required TimeSpan Working { get; init; }

    /// <summary>Time in which the call could have run but every processor was taken: neither work nor waiting, drawn as unattributed.</summary>
    /// <remarks>Measured for calls on threads and in worker processes that take long; never more than <see cref="Duration"/> less <see cref="Working"/>.</remarks>
    public TimeSpan Delayed { get; init; }

    /// <summary>How the call ended.</summary>
    public required SpanStatus Status { get; init; }

    /// <summary>The parts of the call whose phase and place are known; empty when only the amount of work is.</summary>
    public ImmutableArray<Segment> Segments { get => field.IsDefault ? [] : field; init; }

    /// <summary>From start to end.</summary>
    public TimeSpan Duration => Finished - Started;
}
