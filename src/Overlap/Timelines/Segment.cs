namespace Overlap.Timelines;

/// <summary>A part of a span whose phase is known.</summary>
/// <param name="Phase">What the call was doing.</param>
/// <param name="Start">Begin, from the start of the timeline.</param>
/// <param name="End">End, from the start of the timeline; never before <paramref name="Start"/>.</param>
public readonly record struct Segment(SpanPhase Phase, TimeSpan Start, TimeSpan End)
{
    /// <summary>The length of the segment.</summary>
    public TimeSpan Duration => End - Start;
}
