using System.Runtime.CompilerServices;
using Overlap.Benchmarks.Commands;
using Overlap.Benchmarks.Measuring;

namespace Overlap.Benchmarks.Areas;

/// <summary>10,000 pages into files: once as fast as they come, once from a slow site with a thousand in flight.</summary>
internal sealed class DownloadsArea : BenchmarkArea
{
    private const int Pages = 10_000;

    // The pair that is fastest on two cores; fewer leave the processors idle, more only take memory.
    private const int BestWorkers = 64;

    // The most that curl 7.88 accepts.
    private const int CurlMaximum = 300;

    public override string Name => "downloads";

    public override string Summary => "10,000 pages into files, at once and with 50 ms each: fetch against curl -Z, wget2, aria2c, aiohttp";

    public override IReadOnlyList<Requirement> Requirements =>
        [Requirement.Gcc, Requirement.LibC, Requirement.Curl, Requirement.Wget2, Requirement.Aria2, Requirement.AioHttp];

    public override bool NeedsOverlap => true;

    public override async IAsyncEnumerable<ComparisonResult> MeasureAsync(
        BenchmarkContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return await MeasureQuickSiteAsync(context, cancellationToken);
        yield return await MeasureSlowSiteAsync(context, cancellationToken);
    }

    private static async Task<ComparisonResult> MeasureQuickSiteAsync(BenchmarkContext context, CancellationToken cancellationToken)
    {
        await using SiteServer site = await SiteServer.StartAsync(context.Overlap, TimeSpan.Zero, cancellationToken);
        PageFetchers fetchers = new(context, site, Pages);
        Contender fetch = fetchers.Overlap("async", BestWorkers);
        Contender curl = fetchers.Curl(50);
        return await context.Runner.RunAsync(
            new Comparison
            {
                Title = "10,000 pages, no delay",
                Contenders = context.Only(
                    (null, fetch),
                    (Requirement.Curl, curl),
                    (Requirement.Wget2, fetchers.Wget2(16)),
                    (Requirement.Aria2, fetchers.Aria2(50)),
                    (Requirement.AioHttp, fetchers.AioHttp(100))),
                Ratios = [Metric.Process],
                Targets = [Target.AtMostTimes(fetch.Name, Metric.Process, 1.0, curl.Name), Target.AtMost(fetch.Name, Metric.Memory, 120)],
                Note = "overlap writes each file beside its place and renames it, the others write in place, aiohttp keeps the pages in memory.",
            },
            cancellationToken);
    }

    private static async Task<ComparisonResult> MeasureSlowSiteAsync(BenchmarkContext context, CancellationToken cancellationToken)
    {
        await using SiteServer site = await SiteServer.StartAsync(context.Overlap, TimeSpan.FromMilliseconds(50), cancellationToken);
        PageFetchers fetchers = new(context, site, Pages);
        Contender fetch = fetchers.Overlap("async", 1000);
        return await context.Runner.RunAsync(
            new Comparison
            {
                Title = "10,000 pages, 50 ms each, 1,000 in flight",
                Contenders = context.Only(
                    (null, fetch),
                    (Requirement.Curl, fetchers.Curl(CurlMaximum)),
                    (Requirement.Wget2, fetchers.Wget2(1000)),
                    (Requirement.Aria2, fetchers.Aria2(1000)),
                    (Requirement.AioHttp, fetchers.AioHttp(1000))),
                Ratios = [Metric.Process],
                Targets = [Target.AtMost(fetch.Name, Metric.Process, 0.9)],
                Note = "No program can be faster than 0.5 s; curl stops at 300 in flight, where the floor is 1.7 s.",
            },
            cancellationToken);
    }
}
