namespace Overlap.Timelines.Drawing;

/// <summary>How many calls were submitted and not yet begun, column by column. Every drawing of the queue asks here.</summary>
internal static class QueueLevels
{
    /// <summary>Gives the average of each column.</summary>
    /// <remarks>Cost: the same for a call that waits throughout as for one that does not wait, by keeping differences.</remarks>
    public static double[] Of(Timeline timeline, TimeScale scale)
    {
        double[] levels = new double[scale.Columns];
        double[] changes = new double[scale.Columns + 1];
        foreach (Span span in timeline.Lanes.SelectMany(static lane => lane.Spans))
        {
            double from = Math.Clamp((span.Queued.Ticks - scale.Origin) / scale.ColumnTicks, 0, scale.Columns);
            double to = Math.Clamp((span.Started.Ticks - scale.Origin) / scale.ColumnTicks, 0, scale.Columns);
            int first = Math.Min((int)from, scale.Columns - 1);
            int last = Math.Min((int)to, scale.Columns - 1);
            if (first == last)
            {
                levels[first] += to - from;
                continue;
            }

            levels[first] += first + 1 - from;
            levels[last] += to - last;
            changes[first + 1]++;
            changes[last]--;
        }

        double waiting = 0;
        for (int i = 0; i < levels.Length; i++)
        {
            waiting += changes[i];
            levels[i] += waiting;
        }

        return levels;
    }
}
