namespace Overlap.Timelines.Drawing;

/// <summary>How <see cref="TimelineText"/> draws.</summary>
public sealed record TimelineTextOptions
{
    /// <summary>The longest line. Unit: characters, from 40 to 1,000; what lies outside counts as the nearest. Default: 100.</summary>
    public int Width { get; init => field = Math.Clamp(value, 40, 1_000); } = 100;

    /// <summary>Whether signs are coloured as well, by ANSI codes. Default: no.</summary>
    public bool Color { get; init; }

    /// <summary>Whether only ASCII signs are used. Default: no.</summary>
    public bool Ascii { get; init; }

    /// <summary>The most lanes drawn one by one; the others are counted and are in the sums. At least 1. Default: 16.</summary>
    public int MaxLanes { get; init => field = Math.Max(1, value); } = 16;
}
