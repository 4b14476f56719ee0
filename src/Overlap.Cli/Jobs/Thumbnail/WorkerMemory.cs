using System.Runtime.InteropServices;

namespace Overlap.Cli.Jobs.Thumbnail;

/// <summary>Bounds the memory of a worker process, that of native code included.</summary>
/// <remarks>
/// What may be written and is the process's own is counted, as the kernel counts it (<c>RLIMIT_DATA</c>); an allocation beyond fails. libvips then gives
/// an error or aborts, and either costs one picture. Linux only; elsewhere nothing is bounded.
/// Source: <c>setrlimit(2)</c>, <c>proc(5)</c>.
/// </remarks>
internal static unsafe partial class WorkerMemory
{
    private const int Data = 2;

    /// <summary>Bounds what this process may take from now on.</summary>
    /// <param name="bytes">The most beside what it has.</param>
    public static void Limit(long bytes)
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess)
        {
            return;
        }

        long most = Current() + bytes;
        long* limit = stackalloc long[] { most, most };
        _ = SetLimit(Data, limit);
    }

    private static long Current()
    {
        foreach (string line in File.ReadLines("/proc/self/status"))
        {
            if (line.StartsWith("VmData:", StringComparison.Ordinal))
            {
                return 1024 * long.Parse(line.AsSpan(7).Trim()[..^3], System.Globalization.CultureInfo.InvariantCulture);
            }
        }

        return 0;
    }

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int resource, long* limit);
}
