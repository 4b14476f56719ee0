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

    // Nor one that hangs in the system: it goes when it comes out of there.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Kills them and waits until they are dead, for two seconds at most: a killed one dies when it gets a processor again.</summary>
    public static void Kill(ChildCookie cookie) => Kill(cookie, ProcessTable.All);

    /// <inheritdoc cref="Kill(ChildCookie)"/>
    /// <param name="cookie">What they bear.</param>
    /// <param name="list">Gives the numbers of all processes.</param>
    internal static void Kill(ChildCookie cookie, Func<IEnumerable<int>> list)
    {
        long start = TimeProvider.System.GetTimestamp();
        bool wasEmpty = false;
        for (int round = 0; round < MostRounds; round++)
        {
            bool found = false;
            foreach (int processId in list())
            {
                found |= KillIfOurs(processId, cookie, start);
            }

            // One empty look is not enough: a process may start another while all are listed, and be gone when it is looked at.
            if (!found && wasEmpty)
            {
                return;
            }

            wasEmpty = !found;
        }
    }

    private static bool KillIfOurs(int processId, ChildCookie cookie, long start)
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
            AwaitEnd(handle, start);
        }

        _ = ChildCalls.Close(handle);
        return isOurs;
    }

    private static void AwaitEnd(int handle, long start)
    {
        TimeSpan left = Patience - TimeProvider.System.GetElapsedTime(start);
        while (left > TimeSpan.Zero && !ChildCalls.HasEnded(handle, (int)Math.Ceiling(left.TotalMilliseconds)))
        {
            left = Patience - TimeProvider.System.GetElapsedTime(start);
        }
    }
}
