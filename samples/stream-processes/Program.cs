// Hears how far a call in a worker process has come, takes values from one that never ends, and stops it in the middle.
using System.Runtime.CompilerServices;
using Overlap.Executors;
using Overlap.Processes;

// snippet
await using ProcessPoolExecutor executor = new(1);

// Progress: reports travel back, in their order, before the result.
IProgress<int> progress = new Printed();
int count = await executor.SubmitAsync(limit => CountPrimes(limit, progress), 100_000);
Console.WriteLine($"{count:#,0} primes");

// A stream: the worker goes on, a little ahead, while the consumer is busy. To leave is to cancel.
List<int> first = [];
await foreach (int prime in executor.StreamAsync(Primes))
{
    first.Add(prime);
    if (first.Count == 10)
    {
        break;
    }
}

Console.WriteLine(string.Join(" ", first));

// Cancellation: the token that the function gets is this one.
using CancellationTokenSource enough = new(TimeSpan.FromMilliseconds(300));
try
{
    _ = await executor.SubmitAsync(static async token => { await Task.Delay(Timeout.Infinite, token); return 0; }, enough.Token);
}
catch (OperationCanceledException)
{
    Console.WriteLine("cancelled");
}

static int CountPrimes(int limit, IProgress<int> progress)
{
    int count = 0;
    for (int n = 1; n <= limit; n++)
    {
        count += IsPrime(n) ? 1 : 0;
        if (n % (limit / 4) == 0)
        {
            progress.Report(100 * n / limit);
        }
    }

    return count;
}

static async IAsyncEnumerable<int> Primes([EnumeratorCancellation] CancellationToken token)
{
    for (int n = 2; !token.IsCancellationRequested; n++)
    {
        if (IsPrime(n))
        {
            yield return n;
        }
    }
}
// end snippet

static bool IsPrime(int n) => n > 1 && Enumerable.Range(2, n).TakeWhile(d => d * d <= n).All(d => n % d != 0);

internal sealed class Printed : IProgress<int>
{
    public void Report(int value) => Console.WriteLine($"{value} %");
}
