using System.Diagnostics;
using System.Globalization;
using Overlap.Executors;
using Overlap.Processes;

namespace Overlap.Benchmarks.Areas.Processes;

/// <summary>A program that does nothing but make a pool and run one call: what a user's program waits for at its start.</summary>
internal static class FirstResult
{
    /// <summary>The argument that makes the benchmark program this one. Its workers are started from it like from any program.</summary>
    public const string Verb = "first-result";

    /// <summary>Prints one JSON object: seconds in the program, items.</summary>
    public static async Task<int> RunAsync(int workers)
    {
        long started = Stopwatch.GetTimestamp();
        await using ProcessPoolExecutor executor = new(workers);
        int done = await executor.SubmitAsync(PoolFunctions.Same, 1);
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $$"""{"seconds": {{seconds:0.000000}}, "items": {{done}}}"""));
        return 0;
    }
}
