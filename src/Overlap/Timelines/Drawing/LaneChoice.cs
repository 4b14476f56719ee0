using System.Collections.Immutable;

namespace Overlap.Timelines.Drawing;

/// <summary>Chooses which lanes to draw when there is no room for all.</summary>
internal static class LaneChoice
{
    /// <summary>Gives the first lanes and always the one that ended last, for that one kept the run waiting.</summary>
    public static ImmutableArray<Lane> Of(ImmutableArray<Lane> lanes, int most)
    {
        if (lanes.Length <= most)
        {
            return lanes;
        }

        Lane last = lanes.MaxBy(static lane => lane.Spans.IsEmpty ? TimeSpan.Zero : lane.Spans[^1].Finished)!;
        ImmutableArray<Lane> first = lanes[..most];
        return first.Contains(last) ? first : [.. first[..^1], last];
    }
}
