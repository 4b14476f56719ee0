using System.Globalization;

namespace Overlap.Cli.Jobs.Run.Children;

/// <summary>Tells how much memory the commands have that run. What they start themselves is not counted.</summary>
/// <remarks>Asked by one at a time. A file is read for each command, so the answer is up to a second old.</remarks>
internal sealed class ChildMemory(ChildWatcher watcher, TimeProvider timeProvider)
{
    private static readonly TimeSpan BetweenReadings = TimeSpan.FromSeconds(1);

    private long? _readAt;
    private long _last;

    /// <summary>What is resident. Unit: bytes.</summary>
    public long Read()
    {
        long now = timeProvider.GetTimestamp();
        if (_readAt is { } at && timeProvider.GetElapsedTime(at, now) < BetweenReadings)
        {
            return _last;
        }

        _readAt = now;
        _last = watcher.ProcessIds().Sum(ResidentOf);
        return _last;
    }

    private static long ResidentOf(int processId)
    {
        try
        {
            // "2345 678 …": pages in all, pages that are resident.
            string[] fields = File.ReadAllText($"/proc/{processId}/statm").Split(' ');
            return long.Parse(fields[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException or IndexOutOfRangeException)
        {
            // It has ended meanwhile.
            return 0;
        }
    }
}
