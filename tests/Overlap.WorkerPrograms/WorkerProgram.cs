using System.Diagnostics;
using System.Runtime.InteropServices;
using Overlap.Processes.Hosting;
using Overlap.Processes.Workers;

namespace Overlap.WorkerPrograms;

/// <summary>A worker process that does one thing, with the library's own control thread and console.</summary>
internal static partial class WorkerProgram
{
    public static void Run(string behaviour)
    {
        WorkerControl control = WorkerControl.Start(WorkerCookie.OfThisProcess() ?? throw new InvalidOperationException("Started by hand."));
        WorkerConsole.Install();
        switch (behaviour)
        {
            case "fail-fast":
                Environment.FailFast("no way on");
                break;
            case "unhandled":
                throw new InvalidOperationException("nobody catches this");
            case "overflow":
                Console.WriteLine(Deeper(1));
                break;
            case "memory":
                FillMemory();
                break;
            case "files":
                // As a worker does before it runs any call.
                control.Listen(static _ => { });
                OpenFiles();
                break;
            case "console":
                WriteLines();
                break;
            case "pokes":
                control.Listen(static value => Console.WriteLine($"poke {value}"));
                Console.WriteLine("ready");
                Thread.Sleep(Timeout.Infinite);
                break;
            case "managed-loop":
                Console.WriteLine("ready");
                Spin();
                break;
            case "native-sleep":
                Console.WriteLine("ready");
                _ = Sleep(1000);
                break;
            case "grandchildren":
                StartGrandchildren();
                Thread.Sleep(Timeout.Infinite);
                break;
            case "descriptors":
                ShowDescriptors();
                break;
            default:
                throw new ArgumentException($"Unknown behaviour: {behaviour}");
        }
    }

    private static long Deeper(long depth) => depth < 0 ? 0 : depth + Deeper(depth + 1);

    private static void FillMemory()
    {
        List<byte[]> kept = [];
        try
        {
            while (true)
            {
                kept.Add(new byte[1 << 20]);
            }
        }
        catch (OutOfMemoryException)
        {
            int count = kept.Count;
            kept.Clear();
            Console.WriteLine($"out of memory below {(count < 200 ? "200" : "all")} MiB");
        }
    }

    private static void OpenFiles()
    {
        List<FileStream> kept = [];
        try
        {
            while (true)
            {
                kept.Add(new("/dev/null", FileMode.Open, FileAccess.Read));
            }
        }
        catch (IOException)
        {
            int count = kept.Count;
            kept.ForEach(static file => file.Dispose());
            Console.WriteLine($"stopped below 128: {count < 128}");
        }
    }

    private static void WriteLines()
    {
        AsyncLocal<long> call = new();
        WorkerConsole.RunningCall = () => call.Value;
        Console.WriteLine("of no call");
        call.Value = 7;
        Console.Write("half ");
        call.Value = 8;
        Console.WriteLine("of 8\nand \u001e9\u001fagain");
        Console.Error.WriteLine("to the error stream");
        call.Value = 7;
        Console.WriteLine("a line");
        Console.Write("rest of 7");
        WorkerConsole.EndCall(7);
        call.Value = 8;
        Console.Write("rest of 8");
    }

    private static void Spin()
    {
        for (long i = 0; ; i++)
        {
            GC.KeepAlive(i);
        }
    }

    private static void StartGrandchildren()
    {
        // A number that the test can find them by.
        string sleep = $"/bin/sleep {100_000 + Environment.ProcessId}";
        foreach ((string program, string arguments) in new[]
        {
            ("/usr/bin/env", sleep),
            ("/usr/bin/setsid", $"--fork {sleep}"),
            ("/usr/bin/env", $"-i /usr/bin/setsid {sleep}"),
        })
        {
            using Process? started = Process.Start(new ProcessStartInfo(program, arguments));
        }

        Console.WriteLine("started");
    }

    private static void ShowDescriptors()
    {
        ProcessStartInfo start = new("/bin/ls", "/proc/self/fd") { RedirectStandardOutput = true };
        using Process list = Process.Start(start)!;
        string[] seen = list.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        // The list's own: 0, 1, 2, and the folder it reads.
        Console.WriteLine($"a child of the worker has {seen.Length} descriptors");
    }

    [LibraryImport("libc", EntryPoint = "sleep")]
    private static partial uint Sleep(uint seconds);
}
