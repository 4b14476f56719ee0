using System.Globalization;

namespace Overlap.Timelines;

/// <summary>Tells how long the program's threads stood ready without a processor, all of them together.</summary>
/// <remarks>
/// Units: the sum over all threads; more than the time that passed where many stood in line.
/// Errors: where the system does not tell, zero: nothing is then called delayed. What a thread stood after it was last seen is lost when it ends.
/// Cost: some ten microseconds a thread of the program, at each end: for a stretch, not for a call.
/// Source: Linux, <c>/proc/self/task/TID/schedstat</c>, the second number, in nanoseconds.
/// </remarks>
public sealed class ProgramDelay
{
    private const string Threads = "/proc/self/task";

    private readonly string _threads;
    private readonly Dictionary<string, long> _before;

    /// <summary>Begins, with threads of a test's own.</summary>
    /// <param name="threads">The folder with a folder for each thread.</param>
    internal ProgramDelay(string threads)
    {
        _threads = threads;
        _before = Read();
    }

    /// <summary>Begins.</summary>
    public static ProgramDelay Start() => new(Threads);

    /// <summary>Gives the time since the start.</summary>
    public TimeSpan GetElapsed()
    {
        long nanoseconds = 0;
        foreach ((string thread, long now) in Read())
        {
            nanoseconds += Math.Max(0, now - _before.GetValueOrDefault(thread));
        }

        return TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick);
    }

    private Dictionary<string, long> Read()
    {
        Dictionary<string, long> delays = [];
        try
        {
            foreach (string thread in Directory.EnumerateDirectories(_threads))
            {
                if (TryRead(thread) is { } delay)
                {
                    delays.Add(thread, delay);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Another system: it has no such folder.
        }

        return delays;
    }

    private static long? TryRead(string thread)
    {
        try
        {
            string[] numbers = File.ReadAllText($"{thread}/schedstat").Split(' ');
            return numbers.Length > 1 && long.TryParse(numbers[1], NumberStyles.None, CultureInfo.InvariantCulture, out long delay) ? delay : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The thread has ended meanwhile, or the kernel keeps no such count.
            return null;
        }
    }
}
