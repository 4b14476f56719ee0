using System.Globalization;
using System.Runtime.InteropServices;

namespace Overlap.Cli.Tests.Commands;

/// <summary>What this process ignores, its children ignore too: a test run that was started by nohup or with &amp; would interrupt them in vain.</summary>
internal static partial class InheritedSignals
{
    private static readonly int[] Needed = [1, CliProcess.Interrupt, 3, CliProcess.Terminate];

    /// <summary>Lets the signals that tests send do what they usually do.</summary>
    public static void Restore()
    {
        string line = File.ReadLines("/proc/self/status").First(static line => line.StartsWith("SigIgn:", StringComparison.Ordinal));
        ulong ignored = ulong.Parse(line.AsSpan(7).Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        foreach (int signal in Needed.Where(signal => (ignored >> (signal - 1) & 1) != 0))
        {
            _ = SetHandler(signal, 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetHandler(int signal, nint handler);
}
