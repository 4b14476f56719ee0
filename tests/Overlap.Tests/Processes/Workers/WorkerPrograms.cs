using System.Diagnostics;
using Overlap.Processes;
using Overlap.Processes.Native;

namespace Overlap.Tests.Processes.Workers;

/// <summary>Starts the programs that were built for these tests.</summary>
internal static class WorkerPrograms
{
    private static string Dotnet { get; } = Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../../dotnet");

    /// <summary>A worker that is the test program with a behaviour.</summary>
    public static RecordedWorker Worker(string behaviour, WorkerLimits? limits = null) =>
        RecordedWorker.Start(new() { Inherited = [], Command = [.. Command("worker", behaviour)], Limits = limits ?? new() });

    /// <summary>A program that has a worker, to be killed.</summary>
    public static Process Parent(params string[] command) => Start(["parent", .. command]);

    public static Process Start(params string[] arguments)
    {
        string[] command = [.. Command(arguments)];
        return Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
    }

    public static IEnumerable<string> Command(params string[] arguments)
    {
        // artifacts/bin/Overlap.Tests/debug → artifacts/bin/Overlap.WorkerPrograms/debug
        DirectoryInfo own = new(AppContext.BaseDirectory);
        string program = Path.Combine(own.Parent!.Parent!.FullName, "Overlap.WorkerPrograms", own.Name, "Overlap.WorkerPrograms.dll");
        return [Path.GetFullPath(Dotnet), "exec", program, .. arguments];
    }

    /// <summary>The processes that have an argument.</summary>
    public static int[] WithArgument(string argument)
    {
        List<int> found = [];
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out int processId) && CommandLine(folder).Split('\0').Contains(argument))
            {
                found.Add(processId);
            }
        }

        return [.. found];
    }

    /// <summary>The letter by which the kernel tells what a process is doing.</summary>
    public static char StateOf(int processId)
    {
        string text = File.ReadAllText($"/proc/{processId}/stat");
        return text[text.LastIndexOf(')') + 2];
    }

    /// <summary>Waits for the end of a process that need not be a child; a zombie has ended.</summary>
    public static bool HasEnded(int processHandle, int milliseconds)
    {
        // A wait ends early when a signal comes, such as that of a child's end.
        PollEntry[] entries = [new(processHandle)];
        long start = TimeProvider.System.GetTimestamp();
        int left = milliseconds;
        while (processHandle >= 0 && DescriptorCalls.Poll(entries, left) == 0)
        {
            left = milliseconds - (int)TimeProvider.System.GetElapsedTime(start).TotalMilliseconds;
            if (left <= 0)
            {
                return false;
            }
        }

        return true;
    }

    private static string CommandLine(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "cmdline"));
        }
        catch (IOException)
        {
            return "";
        }
    }
}
