namespace Overlap.Timelines.Drawing;

/// <summary>A stretch of time cut into equal columns. Drawings that share one can be compared by eye.</summary>
/// <param name="Origin">The begin in ticks of the timeline.</param>
/// <param name="Length">The length in ticks; at least one.</param>
/// <param name="Columns">The number of columns.</param>
internal readonly record struct TimeScale(long Origin, long Length, int Columns)
{
    /// <summary>The length of the scale on which the models of one job are compared: that of the longest.</summary>
    public static long LengthOf(IEnumerable<TimelineFigures> job) =>
        Math.Max(1, job.Select(static figures => figures.Summary.Wall.Ticks).DefaultIfEmpty(1).Max());

    /// <summary>Gives the columns that a stretch touches with the part of each that it covers.</summary>
    public IEnumerable<(int Column, long From, long To)> Cut(long from, long to)
    {
        from = Math.Max(from, Origin);
        to = Math.Min(to, Origin + Length);
        for (int column = ColumnOf(from); from < to && column < Columns; column++)
        {
            long end = Math.Min(to, Bound(column + 1));
            if (end > from)
            {
                yield return (column, from, end);
                from = end;
            }
        }
    }

    /// <summary>The column that a moment falls into; the end falls into the last.</summary>
    public int ColumnOf(long at)
    {
        int column = (int)Math.Clamp((double)(at - Origin) / Length * Columns, 0, Columns - 1);

        // The quotient of two doubles may land beside the bound that Cut goes by.
        return column > 0 && at < Bound(column) ? column - 1 : column < Columns - 1 && at >= Bound(column + 1) ? column + 1 : column;
    }

    public double ColumnTicks => (double)Length / Columns;

    /// <summary>Gives the ticks for an axis: as many as fit, at 1, 2 or 5 times a power of ten.</summary>
    /// <param name="length">The length in ticks.</param>
    /// <param name="most">The most ticks that fit.</param>
    public static IEnumerable<TimeSpan> Marks(long length, int most)
    {
        double least = (double)length / Math.Max(1, most);
        double power = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(1, least))));
        double step = power * (least <= power ? 1 : least <= 2 * power ? 2 : least <= 5 * power ? 5 : 10);
        for (long i = 0; i * step <= length; i++)
        {
            yield return TimeSpan.FromTicks((long)(i * step));
        }
    }

    private long Bound(int column) => Origin + (long)((Int128)Length * column / Columns);
}
