// Computes a Fibonacci number with an asynchronous recursion. There is nothing to wait for, so every await is only a cost: this is slower.
// Usage: fib-async [N] [TIMES]
using System.Diagnostics;
using Overlap.Executors;

int n = args.Length > 0 ? int.Parse(args[0]) : 35;
int times = args.Length > 1 ? int.Parse(args[1]) : 20;
long started = Stopwatch.GetTimestamp();

// snippet
await using AsyncExecutor executor = new();
long[] results = await executor.MapAsync(Enumerable.Repeat(n, times), FibAsync).ToArrayAsync();

static async Task<long> FibAsync(int n) => n < 2 ? n : await FibAsync(n - 1) + await FibAsync(n - 2);
// end snippet

Console.WriteLine($"fib({n}) = {results[0]}, {results.Length} times, in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.00} seconds");
