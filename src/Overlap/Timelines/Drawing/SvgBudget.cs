namespace Overlap.Timelines.Drawing;

/// <summary>How much detail a picture can afford and stay below two megabytes.</summary>
/// <param name="DrawsCalls">Whether calls may be drawn one by one, with a text each.</param>
/// <param name="MaxColumns">The most columns of one lane.</param>
internal readonly record struct SvgBudget(bool DrawsCalls, int MaxColumns)
{
    // A call costs up to a kilobyte with a hostile label; a column about 130 bytes when all five phases change in it.
    private const int Calls = 1_500;
    private const int Columns = 15_000;

    public static SvgBudget Of(IEnumerable<Timeline> timelines, int maxLanes)
    {
        int lanes = 0;
        long calls = 0;
        foreach (Timeline timeline in timelines)
        {
            bool single = timeline.Lanes.Length <= maxLanes;
            lanes += single ? timeline.Lanes.Length : 1;
            calls += single ? timeline.Lanes.Sum(static lane => (long)lane.Spans.Length) : 0;
        }

        // Each may be drawn twice: in its true width and magnified.
        return new SvgBudget(calls <= Calls / 2, Math.Max(8, Columns / Math.Max(1, 2 * lanes)));
    }
}
