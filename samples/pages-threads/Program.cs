// Downloads pages on five threads. A client is not shared: each thread has its own, made when it starts.
// Usage: pages-threads SITE [COUNT]
using System.Diagnostics;
using Overlap.Executors;

if (args.Length == 0)
{
    Console.Error.WriteLine("usage: pages-threads SITE [COUNT]");
    return 2;
}

Uri site = new(args[0]);
int count = args.Length > 1 ? int.Parse(args[1]) : 160;
IEnumerable<Uri> pages = Enumerable.Range(1, count).Select(number => new Uri(site, $"page/{number}"));

long started = Stopwatch.GetTimestamp();
long bytes = 0;

// snippet
await using ThreadPoolExecutor executor = new(new ThreadPoolExecutorOptions { MaxWorkers = 5, WorkerState = () => new HttpClient() });
await foreach (long size in executor.MapAsync(pages, Download))
{
    bytes += size;
}

static long Download(Uri page)
{
    HttpClient client = Worker.State<HttpClient>();
    using HttpRequestMessage request = new(HttpMethod.Get, page);
    using HttpResponseMessage response = client.Send(request);
    return response.EnsureSuccessStatusCode().Content.ReadAsStream().Length;
}
// end snippet

Console.WriteLine($"Downloaded {count} pages, {bytes:#,0} bytes, in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.00} seconds");
return 0;
