using System.Globalization;
using Overlap.Executors;

namespace Overlap.Advice;

/// <summary>How the evidence writes numbers.</summary>
internal static class Figures
{
    public static string Time(TimeSpan time) => time.TotalSeconds switch
    {
        < 0.001 => Invariant($"{time.TotalMicroseconds:0} µs"),
        < 0.01 => Invariant($"{time.TotalMilliseconds:0.0} ms"),
        < 1 => Invariant($"{time.TotalMilliseconds:0} ms"),
        < 10 => Invariant($"{time.TotalSeconds:0.00} s"),
        < 600 => Invariant($"{time.TotalSeconds:0.0} s"),
        < 36_000 => Invariant($"{time.TotalMinutes:0} min"),
        _ => Invariant($"{time.TotalHours:0} h"),
    };

    public static string Percent(double share) => Invariant($"{share * 100:0.#} %");

    public static string Times(double factor) => factor >= 10 ? Invariant($"{factor:0} times") : Invariant($"{factor:0.0} times");

    public static string Rate(double perSecond) => perSecond switch
    {
        < 0.1 => Invariant($"{perSecond * 3600:0.#}/h"),
        < 10 => Invariant($"{perSecond:0.0}/s"),
        _ => Invariant($"{perSecond:N0}/s"),
    };

    public static string Number(double value) => value >= 100 ? Invariant($"{value:N0}") : Invariant($"{value:0.#}");

    public static string Count(long number, string singular, string plural) => Invariant($"{number:N0} {(number == 1 ? singular : plural)}");

    public static string NameOf(ExecutionModel model) => model switch
    {
        ExecutionModel.Inline => "inline",
        ExecutionModel.Threads => "threads",
        ExecutionModel.Async => "async",
        ExecutionModel.Processes => "processes",
        _ => "cluster",
    };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
