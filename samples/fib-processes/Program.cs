// Computes a Fibonacci number again and again, in one worker process for each processor. One line differs from fib-threads.
// Usage: fib-processes [N] [TIMES]
using System.Diagnostics;
using Overlap.Executors;
using Overlap.Processes;

int n = args.Length > 0 ? int.Parse(args[0]) : 35;
int times = args.Length > 1 ? int.Parse(args[1]) : 20;
long started = Stopwatch.GetTimestamp();

// snippet
await using ProcessPoolExecutor executor = new();
long[] results = await executor.MapAsync(Enumerable.Repeat(n, times), Fib).ToArrayAsync();

static long Fib(int n) => n < 2 ? n : Fib(n - 1) + Fib(n - 2);
// end snippet

Console.WriteLine($"fib({n}) = {results[0]}, {results.Length} times, in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.00} seconds");
