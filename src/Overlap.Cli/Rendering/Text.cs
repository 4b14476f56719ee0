namespace Overlap.Cli.Rendering;

/// <summary>Numbers as a reader likes them: three digits that matter, a unit that fits.</summary>
internal static class Text
{
    public static string Seconds(TimeSpan time) => time.TotalSeconds switch
    {
        0 => "0 s",
        < 0.001 => $"{time.TotalMicroseconds:0} µs",
        < 0.01 => $"{time.TotalMilliseconds:0.00} ms",
        < 0.1 => $"{time.TotalMilliseconds:0.0} ms",
        < 1 => $"{time.TotalMilliseconds:0} ms",
        < 100 => $"{time.TotalSeconds:0.00} s",
        < 3600 => $"{(int)time.TotalMinutes}:{time.Seconds:00} min",
        _ => $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00} h",
    };

    /// <summary>A guess of the time that is left: no more digits than it is worth.</summary>
    public static string Remaining(double seconds) => seconds switch
    {
        < 60 => $"{Math.Ceiling(seconds):0} s",
        < 3600 => $"{(int)(seconds / 60)}:{(int)(seconds % 60):00} min",
        < 360_000 => $"{(int)(seconds / 3600)}:{(int)(seconds / 60 % 60):00} h",
        _ => "days",
    };

    public static string Bytes(long bytes) => bytes switch
    {
        < 1_000 => $"{bytes} B",
        < 1_000_000 => $"{bytes / 1e3:0.#} kB",
        < 1_000_000_000 => $"{bytes / 1e6:0.#} MB",
        _ => $"{bytes / 1e9:0.##} GB",
    };

    public static string Rate(double perSecond) => perSecond switch
    {
        < 0.1 => $"{perSecond * 3600:0.#}/h",
        < 10 => $"{perSecond:0.0}/s",
        _ => $"{perSecond:N0}/s",
    };

    public static string Percent(double share) => $"{share * 100:0.#} %";

    public static string Factor(double factor) => factor >= 10 ? $"{factor:0.#}×" : $"{factor:0.##}×";

    /// <summary>A number and its noun.</summary>
    public static string Count(long number, string singular, string plural) => number == 1 ? $"1 {singular}" : $"{number:N0} {plural}";
}
