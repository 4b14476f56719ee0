namespace Overlap.Benchmarks.Measuring;

/// <summary>Tells the processor time of all that this program has started, and of what those have started.</summary>
/// <remarks>
/// A process that has ended counts as long as somebody waited for it: its time is then its parent's. The kernel counts in ticks of 10 ms.
/// </remarks>
internal static class ProcessTree
{
    public const double TickSeconds = 0.01;

    /// <summary>Gives the seconds of all descendants, living and ended.</summary>
    public static double ReadDescendantsSeconds()
    {
        ILookup<int, Entry> children = Directory.EnumerateDirectories("/proc")
            .Select(static folder => int.TryParse(Path.GetFileName(folder.AsSpan()), out int id) ? id : 0)
            .Where(static id => id > 0)
            .Select(Read)
            .OfType<Entry>()
            .ToLookup(static entry => entry.Parent);
        long ticks = Read(Environment.ProcessId)!.Ended;
        Stack<int> parents = new([Environment.ProcessId]);
        while (parents.TryPop(out int parent))
        {
            foreach (Entry child in children[parent])
            {
                ticks += child.Own + child.Ended;
                parents.Push(child.Id);
            }
        }

        return ticks * TickSeconds;
    }

    private static Entry? Read(int id)
    {
        try
        {
            // The name in brackets may hold spaces. After it: the state, the parent, …, 12th to 15th the time of the process and of its ended children.
            string stat = File.ReadAllText($"/proc/{id}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return new Entry(id, int.Parse(fields[1]), long.Parse(fields[11]) + long.Parse(fields[12]), long.Parse(fields[13]) + long.Parse(fields[14]));
        }
        catch (IOException)
        {
            // It has ended since it was listed.
            return null;
        }
    }

    private sealed record Entry(int Id, int Parent, long Own, long Ended);
}
