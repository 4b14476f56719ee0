namespace Overlap.Cli.Tests.Commands;

/// <summary>A control group whose members may be so many processes and threads together.</summary>
internal sealed class ProcessGroupLimit : IDisposable
{
    private const int MostTries = 1_000;

    private readonly string _path;

    private ProcessGroupLimit(string path) => _path = path;

    /// <summary>The file into which a process writes its number to become a member.</summary>
    public string Members => Path.Combine(_path, "cgroup.procs");

    /// <summary>How often a new process was refused.</summary>
    public long Refusals => long.Parse(File.ReadLines(Path.Combine(_path, "pids.events")).First().Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Makes a group.</summary>
    /// <returns>The group; <see langword="null"/> where there are none, or not for this user.</returns>
    public static ProcessGroupLimit? TryCreate(int most)
    {
        foreach (string root in new[] { "/sys/fs/cgroup/pids", "/sys/fs/cgroup" })
        {
            string path = Path.Combine(root, $"overlap-test-{Environment.ProcessId}");
            try
            {
                Directory.CreateDirectory(path);
                if (File.Exists(Path.Combine(path, "pids.max")))
                {
                    File.WriteAllText(Path.Combine(path, "pids.max"), $"{most}");
                    return new ProcessGroupLimit(path);
                }

                Directory.Delete(path);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Somebody else's, or none: the next one may do.
                continue;
            }
        }

        return null;
    }

    /// <remarks>The system may tell of a process's end before it takes it out of its group, and tells nobody of that: hence the further tries.</remarks>
    public void Dispose()
    {
        for (int tries = 1; !TryDelete(isLast: tries == MostTries); tries++)
        {
            Thread.Sleep(10);
        }
    }

    private bool TryDelete(bool isLast)
    {
        try
        {
            Directory.Delete(_path);
            return true;
        }
        catch (IOException) when (!isLast)
        {
            return false;
        }
    }
}
