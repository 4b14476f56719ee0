using System.Globalization;

namespace Overlap.Cli.Jobs.Run.Starts;

/// <summary>Reads what the kernel tells about the whole machine.</summary>
/// <param name="folder">Where it tells it.</param>
internal sealed class MachineState(string folder = "/proc")
{
    /// <summary>Threads that run or want to, without the one that asks; <see langword="null"/> when the system does not say.</summary>
    public int? RunningThreads()
    {
        // "0.20 0.18 0.12 3/245 1234": the averages lag minutes behind, the fourth field is of now.
        string[] fields = Read("loadavg").Split(' ');
        return fields.Length > 3 && int.TryParse(fields[3].Split('/')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int running)
            ? Math.Max(0, running - 1)
            : null;
    }

    /// <summary>Memory that can be had without swapping. Unit: bytes; <see langword="null"/> when the system does not say.</summary>
    public long? AvailableMemory()
    {
        foreach (string line in Read("meminfo").Split('\n'))
        {
            if (line.StartsWith("MemAvailable:", StringComparison.Ordinal)
                && line["MemAvailable:".Length..].Trim().Split(' ') is [string number, ..]
                && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long kibibytes))
            {
                return kibibytes << 10;
            }
        }

        return null;
    }

    private string Read(string name)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, name));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
