namespace Overlap.Tests.Synchronization;

/// <summary>How often the long tests repeat what they do: a little in every run, all of it where <c>OVERLAP_THOROUGH=1</c> is set.</summary>
internal static class Thorough
{
    public static bool IsOn { get; } = Environment.GetEnvironmentVariable("OVERLAP_THOROUGH") == "1";

    public static int Times(int usually, int thorough) => IsOn ? thorough : usually;
}
