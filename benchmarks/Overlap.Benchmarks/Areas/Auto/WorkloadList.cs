namespace Overlap.Benchmarks.Areas.Auto;

/// <summary>The eight kinds of work that numbers of workers are judged by.</summary>
internal static class WorkloadList
{
    public static IReadOnlyList<Func<Workload>> All { get; } =
    [
        static () => new SiteWorkload(TimeSpan.FromMilliseconds(5)),
        static () => new SiteWorkload(TimeSpan.FromMilliseconds(85)),
        static () => new SiteWorkload(TimeSpan.FromMilliseconds(400)),
        static () => new ComputingWorkload(),
        static () => new SiteWorkload("pages that take 20 ms, and computing with each", TimeSpan.FromMilliseconds(20), [], ComputingWorkload.Rounds / 2),
        static () => new SiteWorkload("a site that answers 20 requests at a time, pages take 50 ms", TimeSpan.FromMilliseconds(50), ["--at-a-time", "20"], computing: 0),
        static () => new RefusingSiteWorkload(),
        static () => new MemoryWorkload(),
    ];
}
