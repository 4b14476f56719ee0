using System.Globalization;

namespace Overlap.Distributed.Protocol;

/// <summary>Dates as Python's <c>isoformat</c> writes them, and as other writers of Celery's messages do.</summary>
/// <remarks>
/// Shape: <c>2031-02-03T04:05:06.789000+00:00</c>; read are also a blank for the <c>T</c>, no fraction or one to nine digits of it,
/// and <c>Z</c>, <c>+hhmm</c> or nothing for the offset. Nothing means UTC.
/// Units: a tenth of a microsecond here; digits beyond the seventh are cut off. Six digits are written.
/// Errors: anything else is refused, a moment that <see cref="DateTimeOffset"/> does not hold too: an offset of more than 14 hours, or a year outside 1 to 9999 once in UTC.
/// </remarks>
internal static class WireDates
{
    private const int DateLength = 10;
    private const int TimeLength = 8;
    private const int MostFraction = 9;
    private const int TickDigits = 7;

    private static readonly TimeSpan MostOffset = TimeSpan.FromHours(14);

    /// <summary>Reads a date with its time of day.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, out WireDateTime value)
    {
        value = default;
        if (text.Length < DateLength + 1 + TimeLength || text[DateLength] is not ('T' or ' ') || !TryReadDate(text[..DateLength], out DateOnly date))
        {
            return false;
        }

        ReadOnlySpan<char> rest = text[(DateLength + 1)..];
        int offsetAt = rest[TimeLength..].IndexOfAny('Z', '+', '-');
        ReadOnlySpan<char> time = offsetAt < 0 ? rest : rest[..(TimeLength + offsetAt)];
        TimeSpan? offset = null;
        if (!TryReadTime(time, out TimeOnly timeOfDay) || (offsetAt >= 0 && !TryReadOffset(rest[time.Length..], out offset)))
        {
            return false;
        }

        DateTime local = date.ToDateTime(timeOfDay);
        long utcTicks = local.Ticks - (offset ?? TimeSpan.Zero).Ticks;
        value = new WireDateTime(local, offset);
        return utcTicks >= DateTime.MinValue.Ticks && utcTicks <= DateTime.MaxValue.Ticks;
    }

    /// <summary>Reads a date: <c>2031-02-03</c>.</summary>
    public static bool TryReadDate(ReadOnlySpan<char> text, out DateOnly value)
    {
        value = default;
        if (text.Length != DateLength || text[4] != '-' || text[7] != '-'
            || !TryReadDigits(text[..4], out int year) || !TryReadDigits(text[5..7], out int month) || !TryReadDigits(text[8..], out int day)
            || year == 0 || month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, month))
        {
            return false;
        }

        value = new DateOnly(year, month, day);
        return true;
    }

    /// <summary>Reads a time of day: <c>04:05:06</c>, with or without a fraction.</summary>
    public static bool TryReadTime(ReadOnlySpan<char> text, out TimeOnly value)
    {
        value = default;
        if (text.Length < TimeLength || text[2] != ':' || text[5] != ':'
            || !TryReadDigits(text[..2], out int hour) || !TryReadDigits(text[3..5], out int minute) || !TryReadDigits(text[6..8], out int second)
            || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }

        int ticks = 0;
        if (text.Length > TimeLength)
        {
            ReadOnlySpan<char> fraction = text[(TimeLength + 1)..];
            if (text[TimeLength] != '.' || fraction.Length is 0 or > MostFraction || !TryReadDigits(fraction, out _))
            {
                return false;
            }

            for (int index = 0; index < TickDigits; index++)
            {
                ticks = ticks * 10 + (index < fraction.Length ? fraction[index] - '0' : 0);
            }
        }

        value = new TimeOnly(new TimeSpan(hour, minute, second).Ticks + ticks);
        return true;
    }

    /// <summary>Writes a date with its time of day: six digits of a second or none, the offset with a colon, or none.</summary>
    public static string Write(WireDateTime value)
    {
        string format = HasMicroseconds(value.Local.Ticks) ? "yyyy-MM-dd'T'HH:mm:ss.ffffff" : "yyyy-MM-dd'T'HH:mm:ss";
        string text = value.Local.ToString(format, CultureInfo.InvariantCulture);
        return value.Offset is { } offset ? text + WriteOffset(offset) : text;
    }

    /// <summary>Writes a time of day: six digits of a second or none.</summary>
    public static string Write(TimeOnly value) =>
        value.ToString(HasMicroseconds(value.Ticks) ? "HH:mm:ss.ffffff" : "HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>Writes a moment for a header: UTC, always six digits of a second, <c>+00:00</c>.</summary>
    public static string WriteUtc(DateTimeOffset value) =>
        value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'+00:00'", CultureInfo.InvariantCulture);

    private static bool HasMicroseconds(long ticks) => ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond != 0;

    private static string WriteOffset(TimeSpan offset) =>
        (offset < TimeSpan.Zero ? "-" : "+") + offset.Duration().ToString("hh\\:mm", CultureInfo.InvariantCulture);

    private static bool TryReadOffset(ReadOnlySpan<char> text, out TimeSpan? offset)
    {
        offset = TimeSpan.Zero;
        if (text is "Z")
        {
            return true;
        }

        bool hasColon = text.Length == 6 && text[3] == ':';
        if ((!hasColon && text.Length != 5) || text[0] == 'Z'
            || !TryReadDigits(text[1..3], out int hours) || !TryReadDigits(text[^2..], out int minutes) || minutes > 59)
        {
            return false;
        }

        TimeSpan distance = new(hours, minutes, 0);
        offset = text[0] == '-' ? -distance : distance;
        return distance <= MostOffset;
    }

    private static bool TryReadDigits(ReadOnlySpan<char> text, out int value)
    {
        value = 0;
        foreach (char character in text)
        {
            if (!char.IsAsciiDigit(character))
            {
                return false;
            }

            value = value * 10 + (character - '0');
        }

        return true;
    }
}
