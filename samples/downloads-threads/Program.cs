// Saves files on threads, five seconds at most for each, and tells of every one as it ends: saved, or why not.
// Usage: downloads-threads FOLDER URL...
using Overlap.Executors;

if (args.Length < 2)
{
    Console.Error.WriteLine("usage: downloads-threads FOLDER URL...");
    return 2;
}

string folder = args[0];
Directory.CreateDirectory(folder);
int failures = 0;

// snippet
await using ThreadPoolExecutor executor = new(new ThreadPoolExecutorOptions
{
    MaxWorkers = 8,
    WorkerState = () => new HttpClient { Timeout = TimeSpan.FromSeconds(5) },
});

await foreach (CompletedCall<string, string> call in executor.AsCompletedAsync(args[1..], Save))
{
    if (call.Outcome.IsSuccess)
    {
        Console.WriteLine($"saved  {call.Item} as {call.Outcome.Value}");
    }
    else
    {
        Console.WriteLine($"error  {call.Item}: {call.Outcome.Exception!.Message}");
        failures++;
    }
}

string Save(string url)
{
    Uri address = new(url);
    using HttpRequestMessage request = new(HttpMethod.Get, address);
    using HttpResponseMessage response = Worker.State<HttpClient>().Send(request);
    response.EnsureSuccessStatusCode();

    // The last part of the address and nothing else: no address names a path outside the folder.
    string name = Path.GetFileName(address.LocalPath) is { Length: > 0 } last ? last : "index.html";
    using FileStream file = File.Create(Path.Combine(folder, name));
    response.Content.ReadAsStream().CopyTo(file);
    return name;
}
// end snippet

return failures == 0 ? 0 : 1;
