namespace Overlap.Timelines.Drawing;

/// <summary>The lane that ended last: nothing that others did faster would have ended the run sooner.</summary>
/// <param name="Lane">The lane.</param>
/// <param name="Busy">How long it ran calls.</param>
/// <param name="Longest">The longest of its calls.</param>
internal sealed record CriticalPath(Lane Lane, TimeSpan Busy, Span Longest)
{
    /// <summary>Finds it; <see langword="null"/> where there is no choice between lanes.</summary>
    public static CriticalPath? Of(Timeline timeline)
    {
        Lane? last = timeline.Lanes.Where(static lane => !lane.Spans.IsEmpty).MaxBy(static lane => lane.Spans.Max(static span => span.Finished));
        return last is null || timeline.Lanes.Length < 2
            ? null
            : new CriticalPath(last, TimeSpan.FromTicks(last.Spans.Sum(static span => span.Duration.Ticks)), last.Spans.MaxBy(static span => span.Duration)!);
    }
}
