namespace Overlap.Samples.Tests;

/// <summary>What the samples must print: <c>Expected/SAMPLE.txt</c>.</summary>
internal static class ExpectedOutput
{
    private static readonly string Folder = Path.Combine(RepositoryFolder.Root, "tests", "Overlap.Samples.Tests", "Expected");

    public static bool Exists(string sample) => File.Exists(PathOf(sample));

    public static string Of(string sample) => File.ReadAllText(PathOf(sample));

    /// <summary>The lines in an order of their own, for samples that print calls as they end.</summary>
    public static string[] Sorted(string text) => [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];

    private static string PathOf(string sample) => Path.Combine(Folder, $"{sample}.txt");
}
