using System.Collections.Immutable;

namespace Overlap.Timelines.Drawing;

/// <summary>Gives the calls of a lane to rows in which none overlaps another.</summary>
/// <remarks>
/// A recorder's lanes need one row. A recording from elsewhere may put overlapping calls on one lane; each goes to the lowest row
/// that is free, which needs no more rows than calls are in flight at once.
/// Source: greedy colouring of an interval graph in order of starts.
/// </remarks>
internal static class LanePacking
{
    public static ImmutableArray<ImmutableArray<Span>> Of(Lane lane)
    {
        List<List<Span>> rows = [];
        PriorityQueue<int, long> busy = new();
        SortedSet<int> free = [];
        foreach (Span span in lane.Spans.OrderBy(static span => span.Started))
        {
            while (busy.TryPeek(out int ended, out long end) && end <= span.Started.Ticks)
            {
                _ = busy.Dequeue();
                _ = free.Add(ended);
            }

            int row = free.Count > 0 ? free.Min : rows.Count;
            if (row == rows.Count)
            {
                rows.Add([]);
            }

            _ = free.Remove(row);
            rows[row].Add(span);
            busy.Enqueue(row, span.Finished.Ticks);
        }

        return [.. rows.Select(static row => row.ToImmutableArray())];
    }
}
