// Computes a Fibonacci number again and again, on one thread for each processor. .NET has no interpreter lock: this is faster.
// Usage: fib-threads [N] [TIMES]
using System.Diagnostics;
using Overlap.Executors;

int n = args.Length > 0 ? int.Parse(args[0]) : 35;
int times = args.Length > 1 ? int.Parse(args[1]) : 20;
long started = Stopwatch.GetTimestamp();

// snippet
await using ThreadPoolExecutor executor = new();
long[] results = await executor.MapAsync(Enumerable.Repeat(n, times), Fib).ToArrayAsync();

static long Fib(int n) => n < 2 ? n : Fib(n - 1) + Fib(n - 2);
// end snippet

Console.WriteLine($"fib({n}) = {results[0]}, {results.Length} times, in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.00} seconds");
