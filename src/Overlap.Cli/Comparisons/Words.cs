using Overlap.Advice;

namespace Overlap.Cli.Comparisons;

/// <summary>The words of a verdict, in JSON and in text.</summary>
internal static class Words
{
    public static string Of(Bound bound) => bound switch
    {
        Bound.Io => "io",
        Bound.Cpu => "cpu",
        _ => "mixed",
    };

    public static string Of(Confidence confidence) => confidence switch
    {
        Confidence.High => "high",
        Confidence.Medium => "medium",
        _ => "low",
    };
}
