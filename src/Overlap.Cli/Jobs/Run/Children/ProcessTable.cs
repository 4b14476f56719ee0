using System.Globalization;

namespace Overlap.Cli.Jobs.Run.Children;

/// <summary>Reads what the kernel tells about all processes.</summary>
internal static class ProcessTable
{
    /// <summary>The numbers of all processes this one may see, without its own.</summary>
    public static IEnumerable<int> All()
    {
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(folder.AsSpan("/proc/".Length), NumberStyles.None, CultureInfo.InvariantCulture, out int processId)
                && processId != Environment.ProcessId)
            {
                yield return processId;
            }
        }
    }

    /// <summary>The groups that have a living process. One that nobody reaped, where the first process of the system reaps nobody, lives not.</summary>
    public static HashSet<int> LivingGroups()
    {
        HashSet<int> groups = [];
        foreach (int processId in All())
        {
            // "number (name) state parent group …"; the name may have anything in it, so count from its last bracket.
            string text = ReadText(processId);
            string[] fields = text[(text.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields is [not ("Z" or "X"), _, string group, ..]
                && int.TryParse(group, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            {
                _ = groups.Add(number);
            }
        }

        return groups;
    }

    /// <summary>The environment a process was started with; empty for one that is dying, or that has died and is not reaped.</summary>
    public static byte[] EnvironmentOf(int processId)
    {
        try
        {
            return File.ReadAllBytes($"/proc/{processId}/environ");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string ReadText(int processId)
    {
        try
        {
            return File.ReadAllText($"/proc/{processId}/stat");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
