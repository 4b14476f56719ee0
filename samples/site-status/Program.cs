// Tells of every site, as soon as it is known, whether it answers and with what: the exit code says whether all do.
// Usage: site-status URL...
using Overlap.Executors;

if (args.Length == 0)
{
    Console.Error.WriteLine("usage: site-status URL...");
    return 2;
}

int down = 0;

// snippet
using HttpClient client = new() { Timeout = TimeSpan.FromSeconds(10) };
await using AsyncExecutor executor = new(maxWorkers: 20);
await foreach (CompletedCall<string, int> call in executor.AsCompletedAsync(args, CheckAsync))
{
    bool up = call.Outcome.TryGetValue(out int status) && status < 400;
    down += up ? 0 : 1;
    Console.WriteLine($"{(up ? "up  " : "down")}  {call.Item}  {call.Outcome.Exception?.Message ?? $"{status}"}");
}

async Task<int> CheckAsync(string url, CancellationToken cancellationToken)
{
    // The head is enough: the page itself is not read.
    using HttpResponseMessage response = await client.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    return (int)response.StatusCode;
}
// end snippet

return down == 0 ? 0 : 1;
