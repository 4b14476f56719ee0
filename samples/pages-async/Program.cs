// Downloads pages as asynchronous calls, all of them in flight, over one shared client.
// Usage: pages-async SITE [COUNT]
using System.Diagnostics;
using Overlap.Executors;

if (args.Length == 0)
{
    Console.Error.WriteLine("usage: pages-async SITE [COUNT]");
    return 2;
}

Uri site = new(args[0]);
int count = args.Length > 1 ? int.Parse(args[1]) : 160;
IEnumerable<Uri> pages = Enumerable.Range(1, count).Select(number => new Uri(site, $"page/{number}"));

long started = Stopwatch.GetTimestamp();
long bytes = 0;

// snippet
using HttpClient client = new();
await using AsyncExecutor executor = new(maxWorkers: 160);
await foreach (long size in executor.MapAsync(pages, DownloadAsync))
{
    bytes += size;
}

async Task<long> DownloadAsync(Uri page, CancellationToken cancellationToken)
{
    byte[] content = await client.GetByteArrayAsync(page, cancellationToken);
    return content.Length;
}
// end snippet

Console.WriteLine($"Downloaded {count} pages, {bytes:#,0} bytes, in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.00} seconds");
return 0;
