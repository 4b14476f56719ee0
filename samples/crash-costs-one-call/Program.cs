// Runs a hundred calls in worker processes. One ends its process, one never ends: each costs itself, all others are done.
using Overlap.Executors;
using Overlap.Processes;

// snippet
await using ProcessPoolExecutor executor = new(2);
IExecutor limited = executor.With(new() { Deadline = TimeSpan.FromSeconds(2) });
int done = 0;
await foreach (CompletedCall<int, int> call in limited.AsCompletedAsync(Enumerable.Range(1, 100), Work))
{
    switch (call.Outcome.Exception)
    {
        case null:
            done++;
            break;
        case WorkerDiedException died:
            Console.WriteLine($"call {call.Item}: its worker ended with exit code {died.ExitCode}");
            break;
        case CallDeadlineException late:
            Console.WriteLine($"call {call.Item}: ended after {late.Deadline.TotalSeconds} s");
            break;
    }
}

Console.WriteLine($"done: {done} of 100");

static int Work(int number)
{
    if (number == 13)
    {
        Environment.Exit(3);
    }

    while (number == 42)
    {
    }

    return number * number;
}
// end snippet
