namespace Overlap.Distributed.Protocol;

/// <summary>Times as they travel: numbers of seconds.</summary>
/// <remarks>Errors: a value that is no number, not finite, or beyond what <see cref="TimeSpan"/> holds is refused, never silently nothing.</remarks>
internal static class WireDurations
{
    /// <summary>Reads a number of seconds; nothing gives nothing.</summary>
    /// <exception cref="MessageFormatException">It is no number that fits.</exception>
    public static TimeSpan? Read(WireValue value, string name)
    {
        if (value.IsNull)
        {
            return null;
        }

        double seconds = value.Kind switch
        {
            WireKind.Integer => value.AsInteger(),
            WireKind.Number => value.AsNumber(),
            _ => throw new MessageFormatException(MessageDefect.Malformed, $"'{name}' is {value.Kind}, not a number of seconds."),
        };
        return double.IsFinite(seconds) && Math.Abs(seconds) < TimeSpan.MaxValue.TotalSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw new MessageFormatException(MessageDefect.NumberOverflow, $"'{name}' is {value}, more seconds than can be counted.");
    }

    /// <summary>Writes a number of seconds, a whole one where it is.</summary>
    public static WireValue Write(TimeSpan? value)
    {
        if (value is not { } time)
        {
            return default;
        }

        return time.Ticks % TimeSpan.TicksPerSecond == 0 ? (WireValue)(time.Ticks / TimeSpan.TicksPerSecond) : time.TotalSeconds;
    }
}
