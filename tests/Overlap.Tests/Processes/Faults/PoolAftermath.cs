using Overlap.Processes.Native;

namespace Overlap.Tests.Processes.Faults;

/// <summary>What this program had before a test, to be compared with what it has after it: descriptors, children, zombies among them.</summary>
internal sealed class PoolAftermath
{
    // The supervisor closes what it holds a moment after the last worker has gone.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly Lazy<bool> Warm = new(WarmUp);

    private readonly Dictionary<string, int> _descriptors = Warm.Value ? Descriptors() : [];
    private readonly HashSet<int> _children = [.. Children()];

    /// <summary>Fails unless all is as it was.</summary>
    public void Check()
    {
        bool isClean = SpinWait.SpinUntil(() => NewChildren().Length == 0 && Grown().Length == 0, Patience);
        Assert.True(isClean, $"Left behind: children [{string.Join(", ", NewChildren().Select(Describe))}], descriptors [{string.Join(", ", Grown())}].");
    }

    /// <summary>The processes of this one, zombies among them.</summary>
    public static int[] Children() =>
    [
        .. Directory.EnumerateDirectories("/proc/self/task").SelectMany(static task => Read(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(int.Parse).Distinct(),
    ];

    private static bool WarmUp()
    {
        PoolProgramRun.WarmUp();
        return true;
    }

    private static string Describe(int processId) => $"{processId} {(ProcessCalls.IsZombie(processId) ? "zombie" : Read($"/proc/{processId}/cmdline").Replace('\0', ' '))}";

    // By what they lead to, not by their number: numbers are used again.
    private static Dictionary<string, int> Descriptors()
    {
        Dictionary<string, int> found = [];
        foreach (string descriptor in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            if (Target(descriptor) is { } target)
            {
                found[target] = found.GetValueOrDefault(target) + 1;
            }
        }

        return found;
    }

    private static string? Target(string descriptor)
    {
        try
        {
            string? target = new FileInfo(descriptor).LinkTarget;
            // Pipes and sockets have numbers; the folder itself is open while it is read.
            return target is null || target.EndsWith("/fd", StringComparison.Ordinal) ? null : target.Split(':')[0];
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }

    private int[] NewChildren() => [.. Children().Where(child => !_children.Contains(child))];

    // Assemblies and the like that are opened once and stay are files with a path.
    private string[] Grown() =>
    [
        .. Descriptors().Where(pair => pair.Value > _descriptors.GetValueOrDefault(pair.Key) && (pair.Key[0] != '/' || pair.Key.StartsWith("/memfd", StringComparison.Ordinal)))
            .Select(pair => $"{pair.Key} +{pair.Value - _descriptors.GetValueOrDefault(pair.Key)}"),
    ];
}
