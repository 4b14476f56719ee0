// Downloads pages in five worker processes. A client cannot travel: each worker makes its own when it starts.
// Usage: pages-processes SITE [COUNT]
using System.Diagnostics;
using Overlap.Executors;
using Overlap.Processes;

if (args.Length == 0)
{
    Console.Error.WriteLine("usage: pages-processes SITE [COUNT]");
    return 2;
}

Uri site = new(args[0]);
int count = args.Length > 1 ? int.Parse(args[1]) : 160;
IEnumerable<Uri> pages = Enumerable.Range(1, count).Select(number => new Uri(site, $"page/{number}"));

long started = Stopwatch.GetTimestamp();
long bytes = 0;

// snippet
await using ProcessPoolExecutor executor = new(new ProcessPoolExecutorOptions { MaxWorkers = 5, WorkerState = () => new HttpClient() });
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
