namespace Overlap.Tests.Processes.Faults;

/// <summary>How often the long tests repeat what they do: a little in every run, all of it where <c>OVERLAP_CAMPAIGN=1</c> is set.</summary>
internal static class Campaign
{
    public static bool IsFull { get; } = Environment.GetEnvironmentVariable("OVERLAP_CAMPAIGN") == "1";

    public static int Times(int usually, int inFull) => IsFull ? inFull : usually;
}
