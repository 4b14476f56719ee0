// Submits calls of different length to threads and prints each when it ends, not when its turn comes. One call never ends: a deadline.
// Usage: futures-as-completed [UNIT-IN-MILLISECONDS]
using Overlap.Executors;
using Overlap.Futures;

TimeSpan unit = TimeSpan.FromMilliseconds(args.Length > 0 ? int.Parse(args[0]) : 300);

// snippet
using CancellationTokenSource giveUp = new();
await using ThreadPoolExecutor executor = new(4);
Task<string>[] futures = [.. new[] { 3, 1, -1, 2 }.Select(units => executor.SubmitAsync(Work, units, giveUp.Token))];
Console.WriteLine($"submitted {futures.Length} calls");

try
{
    await foreach (Task<string> future in futures.AsCompleted(new() { Deadline = unit * 8 }))
    {
        Console.WriteLine(Outcome<string>.FromTask(future));
    }
}
catch (TimeoutException late)
{
    Console.WriteLine(late.Message);
    giveUp.Cancel();
}
// end snippet

string Work(int units, CancellationToken token)
{
    // A blocking call, as an old driver or a file would be; it ends early when it is given up.
    token.WaitHandle.WaitOne(units < 0 ? Timeout.InfiniteTimeSpan : unit * units);
    return units == 2 ? throw new InvalidDataException("call of length 2 failed") : $"call of length {units} ended";
}
