using System.Collections.Immutable;

namespace Overlap.Timelines.Drawing;

/// <summary>Chooses which lanes to draw when there is no room for all.</summary>
internal static class LaneChoice
{
    /// <summary>Gives lanes evenly from first to last, and always the one that ended last, for that one kept the run waiting.</summary>
    public static ImmutableArray<Lane> Of(ImmutableArray<Lane> lanes, int most)
    {
        if (lanes.Length <= most)
        {
            return lanes;
        }

        Lane last = lanes.MaxBy(static lane => lane.Spans.IsEmpty ? TimeSpan.Zero : lane.Spans[^1].Finished)!;
        Lane[] chosen = [.. Enumerable.Range(0, most).Select(i => lanes[(int)((long)i * (lanes.Length - 1) / Math.Max(1, most - 1))])];
        if (!chosen.Contains(last))
        {
            int place = Array.FindIndex(chosen, lane => lane.Index > last.Index);
            chosen[place > 0 ? place - 1 : most - 1] = last;
        }

        return [.. chosen];
    }
}
