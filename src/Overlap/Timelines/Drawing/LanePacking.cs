using System.Collections.Immutable;

namespace Overlap.Timelines.Drawing;

/// <summary>Gives calls to lanes in which none overlaps another.</summary>
/// <remarks>
/// Each goes to the lowest lane that is free, which needs no more lanes than calls are in flight at once.
/// Cost: in order of starts, a logarithm of the number of lanes for each call.
/// Source: greedy colouring of an interval graph in order of starts.
/// </remarks>
public static class LanePacking
{
    /// <summary>Makes lanes of calls of which only their times are known.</summary>
    /// <param name="spans">The calls, in any order.</param>
    /// <param name="name">What the lanes are called, before their number.</param>
    /// <param name="kind">What ran the calls.</param>
    /// <param name="processId">The process that ran them; 0 where it is not known.</param>
    /// <returns>The lanes, numbered from 0.</returns>
    public static ImmutableArray<Lane> Lanes(IEnumerable<Span> spans, string name, LaneKind kind, int processId)
    {
        ArgumentNullException.ThrowIfNull(spans);
        ArgumentNullException.ThrowIfNull(name);
        return [.. Rows(spans).Select((row, i) => new Lane(i, $"{name} {i + 1}", kind, processId, row))];
    }

    /// <summary>Gives the calls of one lane to rows: a recorder's lanes need one, a recording from elsewhere may need more.</summary>
    internal static ImmutableArray<ImmutableArray<Span>> Of(Lane lane) => Rows(lane.Spans);

    private static ImmutableArray<ImmutableArray<Span>> Rows(IEnumerable<Span> spans)
    {
        List<List<Span>> rows = [];
        PriorityQueue<int, long> busy = new();
        SortedSet<int> free = [];
        foreach (Span span in spans.OrderBy(static span => span.Started))
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
