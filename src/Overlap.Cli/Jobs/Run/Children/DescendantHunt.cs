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
            foreach (int processId in ProcessTable.All())
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
        if (!cookie.IsIn(ProcessTable.EnvironmentOf(processId)))
        {
            return false;
        }

        // A handle first, then a second look: what has both is the process that was meant, not a new one with its number.
        int handle = ChildCalls.OpenProcess(processId);
        if (handle < 0)
        {
            return false;
        }

        bool isOurs = cookie.IsIn(ProcessTable.EnvironmentOf(processId));
        if (isOurs)
        {
            ChildCalls.SignalProcess(handle, ChildCalls.SignalKill);
        }

        _ = ChildCalls.Close(handle);
        return isOurs;
    }
}
