// Reads pages asynchronously and gives their texts in the order asked for, whichever page comes first.
// Usage: async-scraper URL...
using System.Net;
using System.Text.RegularExpressions;
using Overlap.Executors;

if (args.Length == 0)
{
    Console.Error.WriteLine("usage: async-scraper URL...");
    return 2;
}

// snippet
using HttpClient client = new();
await using AsyncExecutor executor = new(maxWorkers: 20);
await foreach ((string url, string text) in executor.MapAsync(args, ScrapeAsync))
{
    Console.WriteLine($"{url}: {text.Length} characters, \"{Preview(text)}\"");
}

async Task<(string Url, string Text)> ScrapeAsync(string url, CancellationToken cancellationToken)
{
    string html = await client.GetStringAsync(url, cancellationToken);
    return (url, TextOf(html));
}
// end snippet

return 0;

static string TextOf(string html)
{
    string visible = Regex.Replace(html, "<(script|style)[^>]*>.*?</\\1>", " ", RegexOptions.Singleline | RegexOptions.IgnoreCase);
    string untagged = WebUtility.HtmlDecode(Regex.Replace(visible, "<[^>]+>", " "));
    return Regex.Replace(untagged, "\\s+", " ").Trim();
}

static string Preview(string text) => text.Length <= 40 ? text : $"{text[..40]}…";
