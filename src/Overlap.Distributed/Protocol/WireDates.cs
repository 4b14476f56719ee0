using System.Globalization;

namespace Overlap.Distributed.Protocol;

/// <summary>Dates as Python's <c>isoformat</c> writes them.</summary>
internal static class WireDates
{
    /// <summary>Writes a date with its time of day: six digits of a second or none, the offset with a colon, or none.</summary>
    public static string Write(WireDateTime value)
    {
        string format = value.Local.Ticks % TimeSpan.TicksPerSecond / 10 == 0 ? "yyyy-MM-dd'T'HH:mm:ss" : "yyyy-MM-dd'T'HH:mm:ss.ffffff";
        string text = value.Local.ToString(format, CultureInfo.InvariantCulture);
        return value.Offset is { } offset ? text + WriteOffset(offset) : text;
    }

    /// <summary>Writes a moment for a header: UTC, always six digits of a second, <c>+00:00</c>.</summary>
    public static string WriteUtc(DateTimeOffset value) =>
        value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'+00:00'", CultureInfo.InvariantCulture);

    private static string WriteOffset(TimeSpan offset) =>
        (offset < TimeSpan.Zero ? "-" : "+") + offset.Duration().ToString("hh\\:mm", CultureInfo.InvariantCulture);
}
