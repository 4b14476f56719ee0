namespace Overlap.Tests.Synchronization;

/// <summary>How often the long tests repeat what they do: a little in every run, all of it where <c>OVERLAP_THOROUGH=1</c> is set.</summary>
internal static class Thorough
{
    /// <summary>The real time after which a long test counts as hanging, when something is never woken. Unit: milliseconds.</summary>
    public const int Patience = 600_000;

    public static bool IsOn { get; } = Environment.GetEnvironmentVariable("OVERLAP_THOROUGH") == "1";

    public static int Times(int usually, int thorough) => IsOn ? thorough : usually;
}
