using System.Globalization;

namespace Overlap.Cli.Jobs.Run.Children;

/// <summary>Kills what has left the group of a child that was ended by force: daemons, and whatever made a session of its own.</summary>
/// <remarks>
/// Found by the cookie in the environment they were started with, wherever they hang in the tree of processes. One that was started with an
/// emptied environment, or as another user, is not found.
/// </remarks>
internal static class DescendantHunt
{
    // A process that starts others faster than they are found must not keep the hunter for ever.
    private const int MostRounds = 20;

    public static void Kill(ChildCookie cookie)
    {
        for (int round = 0; round < MostRounds; round++)
        {
            bool found = false;
            foreach (int processId in Processes())
            {
                found |= KillIfOurs(processId, cookie);
            }

            if (!found)
            {
                return;
            }
        }
    }

    private static bool KillIfOurs(int processId, ChildCookie cookie)
    {
        if (!cookie.IsIn(EnvironmentOf(processId)))
        {
            return false;
        }

        // A handle first, then a second look: what has both is the process that was meant, not a new one with its number.
        int handle = ChildCalls.OpenProcess(processId);
        if (handle < 0)
        {
            return false;
        }

        bool isOurs = cookie.IsIn(EnvironmentOf(processId));
        if (isOurs)
        {
            ChildCalls.SignalProcess(handle, ChildCalls.SignalKill);
        }

        _ = ChildCalls.Close(handle);
        return isOurs;
    }

    private static IEnumerable<int> Processes()
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

    // Of a process that is dying, or that has died and is not reaped, the kernel shows an empty one.
    private static byte[] EnvironmentOf(int processId)
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
}
