using System.Runtime.CompilerServices;
using Overlap.Benchmarks.Commands;
using Overlap.Benchmarks.Measuring;

namespace Overlap.Benchmarks.Areas;

/// <summary>The waiting classic: 160 pages that take 85 ms each. Nothing is faster than 0.085 s, or 2.72 s five at a time.</summary>
internal sealed class PagesArea : BenchmarkArea
{
    private const int Pages = 160;

    public override string Name => "pages";

    public override string Summary => "160 pages of 85 ms: async against aiohttp and curl -Z, 5 threads against Python's ThreadPoolExecutor(5)";

    public override IReadOnlyList<Requirement> Requirements => [Requirement.Gcc, Requirement.LibC, Requirement.AioHttp, Requirement.Curl, Requirement.Requests];

    public override bool NeedsOverlap => true;

    public override async IAsyncEnumerable<ComparisonResult> MeasureAsync(
        BenchmarkContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using SiteServer site = await SiteServer.StartAsync(context.Overlap, TimeSpan.FromMilliseconds(85), cancellationToken);
        PageFetchers fetchers = new(context, site, Pages);
        Contender fetch = fetchers.Overlap("async", Pages);
        Contender aiohttp = fetchers.AioHttp(0);
        yield return await context.Runner.RunAsync(
            new Comparison
            {
                Title = "160 pages, 85 ms each, all in flight",
                Contenders = context.Only(
                    (null, fetch), (null, OverlapPages(context)), (Requirement.AioHttp, aiohttp), (Requirement.Curl, fetchers.Curl(Pages))),
                Ratios = [Metric.InProgram, Metric.Process],
                Targets =
                [
                    Target.AtMost(fetch.Name, Metric.InProgram, 0.165),
                    Target.AtMost(fetch.Name, Metric.InProgram, 0.120),
                    Target.AtMostTimes(fetch.Name, Metric.Process, 0.6, aiohttp.Name),
                ],
                Note = "overlap fetch and curl write files, aiohttp keeps the pages in memory; overlap pages serves the site in its own process as well.",
            },
            cancellationToken);

        Contender threads = fetchers.Overlap("threads", 5);
        yield return await context.Runner.RunAsync(
            new Comparison
            {
                Title = "160 pages, 85 ms each, five at a time",
                Contenders = context.Only((null, threads), (Requirement.Requests, fetchers.Requests(5))),
                Ratios = [Metric.InProgram, Metric.Process],
                Targets = [Target.AtMost(threads.Name, Metric.InProgram, 2.80)],
            },
            cancellationToken);
    }

    private static CommandContender OverlapPages(BenchmarkContext context) => new()
    {
        Name = "overlap pages",
        Shown = "overlap pages --json --quiet",
        Workshop = context.Workshop,
        Command = [context.Overlap, "pages", "--json", "--quiet"],
        SecondsMember = "wallSeconds",
        ItemsMember = "succeeded",
        ExpectedItems = Pages,
    };
}
