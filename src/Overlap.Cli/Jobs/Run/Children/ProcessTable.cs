using System.Globalization;

namespace Overlap.Cli.Jobs.Run.Children;

/// <summary>Reads what the kernel tells about all processes.</summary>
internal static class ProcessTable
{
    private const int MostLooks = 2_000;

    // Fields of a process' stat, counted from its state on.
    private const int MemorySize = 20;
    private const int EnvironmentStart = 47;
    private const int EnvironmentEnd = 48;

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
            if (ReadFields($"/proc/{processId}") is [not ("Z" or "X"), _, string group, ..]
                && int.TryParse(group, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            {
                _ = groups.Add(number);
            }
        }

        return groups;
    }

    /// <summary>
    /// The environment a process was started with; empty for one that is dying, or that has died and is not reaped. One that is just putting another
    /// program in its place has none that can be read: it is waited for, two seconds at most.
    /// </summary>
    public static byte[] EnvironmentOf(int processId) => EnvironmentOf($"/proc/{processId}", static () => ChildCalls.Pause(1));

    /// <inheritdoc cref="EnvironmentOf(int)"/>
    /// <param name="folder">What the kernel tells about the process.</param>
    /// <param name="pause">Lets a millisecond pass between two looks.</param>
    internal static byte[] EnvironmentOf(string folder, Action pause)
    {
        try
        {
            for (int look = 1; look <= MostLooks; look++)
            {
                byte[] environment = File.ReadAllBytes($"{folder}/environ");
                if (environment.Length > 0 || !IsBetweenPrograms(ReadFields(folder)))
                {
                    return environment;
                }

                pause();
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Gone, or another user's.
        }

        return [];
    }

    // It has memory, and either no environment in it yet, or one that came after the last look. Who was started with an empty one says so.
    private static bool IsBetweenPrograms(string[] fields) =>
        fields.Length > EnvironmentEnd && fields[MemorySize] != "0" && (fields[EnvironmentEnd] == "0" || fields[EnvironmentEnd] != fields[EnvironmentStart]);

    // "number (name) state parent group …"; the name may have anything in it, so count from its last bracket.
    private static string[] ReadFields(string folder)
    {
        try
        {
            string text = File.ReadAllText($"{folder}/stat");
            return text[(text.LastIndexOf(')') + 1)..].Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
