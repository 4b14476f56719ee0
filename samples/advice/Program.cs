// Measures a function on a sample of its items, and says how to run it over all of them.
// Usage: advice SITE [SECONDS]
using System.Globalization;
using Overlap.Advice;

if (args.Length == 0)
{
    Console.Error.WriteLine("usage: advice SITE [SECONDS]");
    return 2;
}

Uri site = new(args[0]);
TimeSpan budget = TimeSpan.FromSeconds(args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 10);
IEnumerable<Uri> addresses = Enumerable.Range(1, 200).Select(number => new Uri(site, $"page/{number}"));
using HttpClient client = new();

// snippet
Recommendation advice = await Advisor.MeasureAsync(DownloadAsync, addresses, new AdviceOptions { Items = 5_000, Budget = budget });
Console.WriteLine($"{advice.Model}, {advice.Workers} at a time, confidence {advice.Confidence}");
foreach (string sentence in advice.Evidence)
{
    Console.WriteLine(sentence);
}
// end snippet

return 0;

async Task<long> DownloadAsync(Uri page, CancellationToken cancellationToken)
{
    byte[] content = await client.GetByteArrayAsync(page, cancellationToken);
    return content.Length;
}
