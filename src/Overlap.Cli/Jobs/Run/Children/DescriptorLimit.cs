using System.Globalization;

namespace Overlap.Cli.Jobs.Run.Children;

/// <summary>How many children this program has descriptors for, so that it keeps some for itself: without any the runtime cannot go on.</summary>
internal static class DescriptorLimit
{
    // Files of the runtime and of the run, and what is open for a moment only.
    private const int ForOurselves = 100;

    // A handle and two pipes.
    private const int ForEachChild = 3;

    /// <summary>Reads the limit.</summary>
    /// <param name="path">Where the kernel tells it.</param>
    /// <returns>The most children at a time; at least 1.</returns>
    public static int MostChildren(string path = "/proc/self/limits")
    {
        try
        {
            foreach (string line in File.ReadLines(path))
            {
                // "Max open files            1024                 524288               files"
                if (line.StartsWith("Max open files", StringComparison.Ordinal)
                    && line["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [string soft, ..]
                    && int.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out int limit))
                {
                    return Math.Max(1, (limit - ForOurselves) / ForEachChild);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return int.MaxValue;
        }

        return int.MaxValue;
    }
}
