using Overlap.Processes.Native;

namespace Overlap.Processes.Workers;

/// <summary>Kills every process that belongs to some, until none is left.</summary>
internal static class ProcessHunt
{
    // A process that starts others faster than they are found must not keep the hunter for ever.
    private const int MostRounds = 100;

    // How long one round waits for what it killed. Unit: milliseconds.
    private const int Patience = 500;

    // Without a descriptor left nobody can be looked for; others may give one back. Unit of the pause: milliseconds.
    private const int MostTries = 50;
    private const int Pause = 100;

    /// <summary>Kills what bears one of the cookies. While this program has no descriptor left it waits for one, five seconds at most.</summary>
    public static void ByCookie(IReadOnlyList<WorkerCookie> cookies)
    {
        byte[] buffer = new byte[16 << 10];
        for (int tries = 1; tries <= MostTries; tries++)
        {
            try
            {
                Hunt(() =>
                [
                    .. ProcessTable.All().Where(processId => processId != Environment.ProcessId && ProcessTable.HasCookie(processId, cookies, ref buffer)),
                ]);
                return;
            }
            catch (IOException)
            {
                _ = DescriptorCalls.Poll([], Pause);
            }
        }
    }

    /// <summary>Kills all descendants of this process: those that are below it, and those that only bear its cookie any more.</summary>
    public static void Descendants(WorkerCookie? cookie)
    {
        byte[] buffer = new byte[16 << 10];
        WorkerCookie[] cookies = cookie is null ? [] : [cookie];
        Hunt(() =>
        {
            Dictionary<int, int> parents = ProcessTable.All()
                .Select(processId => (processId, Parent: ProcessTable.ParentOf(processId, ref buffer)))
                .Where(static pair => pair.Parent != 0)
                .ToDictionary(static pair => pair.processId, static pair => pair.Parent);
            return
            [
                .. parents.Keys.Where(processId => processId != Environment.ProcessId
                    && (IsBelow(processId, parents) || ProcessTable.HasCookie(processId, cookies, ref buffer))),
            ];
        });
    }

    private static bool IsBelow(int processId, Dictionary<int, int> parents)
    {
        // Numbers read one after the other may even form a ring: no chain is longer than the table.
        for (int steps = 0; steps < parents.Count && parents.TryGetValue(processId, out int parent); steps++)
        {
            if (parent == Environment.ProcessId)
            {
                return true;
            }

            processId = parent;
        }

        return false;
    }

    /// <summary>Kills whatever is found, until two looks in a row have found nothing.</summary>
    /// <remarks>
    /// One look is not enough: a process may start another, which has no number yet when all are listed, and be gone when it is looked at.
    /// </remarks>
    internal static void Hunt(Func<List<int>> find)
    {
        bool wasEmpty = false;
        for (int round = 0; round < MostRounds; round++)
        {
            // A handle first, then a second look: what has both is the process that was meant, not a new one with its number.
            List<int> found = find();
            if (found.Count == 0 && wasEmpty)
            {
                return;
            }

            wasEmpty = found.Count == 0;
            if (wasEmpty)
            {
                continue;
            }

            Dictionary<int, int> handles = [];
            foreach (int processId in found)
            {
                int handle = ProcessCalls.TryOpenProcess(processId);
                if (handle >= 0)
                {
                    handles[processId] = handle;
                }
            }

            HashSet<int> still = [.. find()];
            PollEntry[] dying = [.. handles.Where(pair => still.Contains(pair.Key)).Select(static pair => new PollEntry(pair.Value))];
            foreach (PollEntry entry in dying)
            {
                ProcessCalls.Signal(entry.Descriptor, SignalNumber.Kill);
            }

            WaitFor(dying);
            foreach (int handle in handles.Values)
            {
                _ = DescriptorCalls.Close(handle);
            }
        }
    }

    // So that the next round does not find the same ones dying.
    private static void WaitFor(PollEntry[] dying)
    {
        foreach (PollEntry entry in dying)
        {
            _ = DescriptorCalls.Poll([entry], Patience);
        }
    }
}
