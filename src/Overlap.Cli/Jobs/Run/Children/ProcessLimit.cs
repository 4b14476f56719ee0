using System.Globalization;

namespace Overlap.Cli.Jobs.Run.Children;

/// <summary>How many children this program's control group has room for, so that it keeps some for itself: a runtime that can start no thread ends the program.</summary>
/// <remarks>Source: the file pids.max of the program's control group and of each above it, in either version of control groups; without one there is no limit.</remarks>
internal static class ProcessLimit
{
    // Threads that the runtime may start yet.
    private const int ForOurselves = 16;

    /// <summary>Reads the limits.</summary>
    /// <param name="membership">Where the kernel tells the program's control groups.</param>
    /// <param name="root">Where control groups are.</param>
    /// <returns>The most children at a time; at least 1.</returns>
    public static int MostChildren(string membership = "/proc/self/cgroup", string root = "/sys/fs/cgroup")
    {
        int most = int.MaxValue;
        foreach (string line in ReadLines(membership))
        {
            // "8:pids:/a/b" in the first version, "0::/a/b" in the second.
            if (line.Split(':', 3) is [_, string controllers, string path] && controllers is "pids" or "")
            {
                string top = Path.Combine(root, controllers);
                for (string? group = path.TrimStart('/'); group is not null; group = Path.GetDirectoryName(group))
                {
                    most = Math.Min(most, RoomIn(Path.Combine(top, group)));
                }
            }
        }

        return most;
    }

    private static int RoomIn(string group) =>
        ReadLines(Path.Combine(group, "pids.max")) is [string max, ..] && ReadLines(Path.Combine(group, "pids.current")) is [string current, ..]
        && long.TryParse(max, NumberStyles.None, CultureInfo.InvariantCulture, out long limit)
        && long.TryParse(current, NumberStyles.None, CultureInfo.InvariantCulture, out long taken)
            ? (int)Math.Clamp(limit - taken - ForOurselves, 1, int.MaxValue)
            : int.MaxValue;

    private static string[] ReadLines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Another system, or a group that is outside what this program sees.
            return [];
        }
    }
}
