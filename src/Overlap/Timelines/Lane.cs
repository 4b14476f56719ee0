using System.Collections.Immutable;

namespace Overlap.Timelines;

/// <summary>The calls that one worker ran, in the order in which they started.</summary>
/// <param name="Index">The place of the lane in the timeline, from 0.</param>
/// <param name="Name">What a reader calls the worker, such as <c>thread 3</c>.</param>
/// <param name="Kind">What ran the calls.</param>
/// <param name="ProcessId">The operating system's number of the process that ran them.</param>
/// <param name="Spans">The calls; on one lane they never overlap.</param>
public sealed record Lane(int Index, string Name, LaneKind Kind, int ProcessId, ImmutableArray<Span> Spans);
