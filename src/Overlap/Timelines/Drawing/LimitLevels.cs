namespace Overlap.Timelines.Drawing;

/// <summary>How many calls might run, column by column. Every drawing of a limit asks here.</summary>
internal static class LimitLevels
{
    /// <summary>Gives the highest limit of each column; nothing for a recording whose number of workers was fixed.</summary>
    public static double[] Of(Timeline timeline, TimeScale scale)
    {
        if (timeline.Limits.IsEmpty)
        {
            return [];
        }

        double[] columns = new double[scale.Columns];
        for (int i = 0; i < timeline.Limits.Length; i++)
        {
            // What held before the first change in sight is what the change before it said.
            long from = timeline.Limits[i].At.Ticks;
            long to = i + 1 < timeline.Limits.Length ? timeline.Limits[i + 1].At.Ticks : Math.Max(from, timeline.Duration.Ticks);
            foreach ((int column, _, _) in scale.Cut(from, to))
            {
                columns[column] = Math.Max(columns[column], timeline.Limits[i].Limit);
            }
        }

        return columns;
    }

    /// <summary>The highest limit of a recording; 0 without one.</summary>
    public static int MostOf(Timeline timeline) => timeline.Limits.Select(static step => step.Limit).DefaultIfEmpty(0).Max();
}
