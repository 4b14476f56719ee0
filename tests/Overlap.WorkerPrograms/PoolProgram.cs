using System.Diagnostics;
using System.Globalization;
using Overlap.Executors;
using Overlap.Processes;

namespace Overlap.WorkerPrograms;

/// <summary>A program with a process pool that does what it is told, a line for each thing, and says how it went in one line.</summary>
internal static class PoolProgram
{
    public static async Task RunAsync(int maxWorkers)
    {
        ProcessPoolExecutor pool;
        try
        {
            pool = new(new ProcessPoolExecutorOptions { MaxWorkers = maxWorkers, Output = static _ => { } });
        }
        catch (Exception exception)
        {
            Say($"refused {Name(exception)}");
            return;
        }

        Say($"pool {Environment.ProcessId}");
        while (Console.ReadLine() is { } line)
        {
            try
            {
                await ObeyAsync(pool, line.Split(' '));
            }
            catch (Exception exception)
            {
                Say($"failed {Name(exception)}");
            }
        }

        await pool.DisposeAsync();
        Say("disposed");
    }

    private static async Task ObeyAsync(ProcessPoolExecutor pool, string[] words)
    {
        switch (words)
        {
            case ["call"]:
                Say($"done {await pool.SubmitAsync(static () => Environment.ProcessId)}");
                break;
            case ["calls", string count]:
                int[] all = [.. Enumerable.Range(0, int.Parse(count, CultureInfo.InvariantCulture))];
                int[] results = await Task.WhenAll(all.Select(i => pool.SubmitAsync(static x => x * 2, i)));
                Say($"right {results.SequenceEqual(all.Select(static x => x * 2))}");
                break;
            case ["threads", string count]:
                await StartThreadsAsync(int.Parse(count, CultureInfo.InvariantCulture));
                Say("started");
                break;
            case ["text"]:
                // What depends on the culture if anything does.
                Say($"text {await pool.SubmitAsync(static values => $"{values.Item1 + 1} {values.Item2 * 2} {values.Item3.AddDays(1).Ticks} {values.Item4}i", (1, 2.5, new DateTime(2024, 2, 28), "I"))}");
                break;
            case ["hold", string argument]:
                // The worker says who it is through a file of its own, since its output is not read.
                _ = pool.SubmitAsync(Hold, argument);
                break;
            case ["kill", string processId]:
                Process.GetProcessById(int.Parse(processId, CultureInfo.InvariantCulture)).Kill();
                Say("killed");
                break;
            case ["array"]:
                byte[] large = await pool.SubmitAsync(static bytes => bytes, new byte[1 << 20]);
                Say($"array {large.Length}");
                break;
            case ["secret", string secret]:
                // Stays in the worker's memory and the pool's.
                Say($"secret {await pool.SubmitAsync(Keep, secret)}");
                break;
            default:
                Say("what");
                break;
        }
    }

    /// <summary>Lets the thread pool have so many threads at once, and never one more.</summary>
    /// <remarks>The runtime opens two descriptors for each thread that it starts. Where it cannot it ends the program, "Out of memory.", whatever the program does.</remarks>
    private static async Task StartThreadsAsync(int count)
    {
        ThreadPool.SetMinThreads(count, count);
        ThreadPool.SetMaxThreads(count, count);
        using CountdownEvent started = new(count);
        await Task.WhenAll(Enumerable.Range(0, count).Select(_ => Task.Run(() =>
        {
            started.Signal();
            started.Wait();
        })));
    }

    private static string _kept = "";

    private static int Keep(string secret)
    {
        _kept = secret;
        return _kept.Length == 0 ? 0 : Environment.ProcessId;
    }

    private static int Hold(string argument)
    {
        using Process sleeper = Process.Start(new ProcessStartInfo("/usr/bin/setsid", ["/bin/sleep", argument]))!;
        sleeper.WaitForExit();
        return 0;
    }

    private static string Name(Exception exception) => $"{exception.GetType().Name} {exception.Message.ReplaceLineEndings(" ")}";

    private static void Say(string line) => Console.WriteLine(line);
}
