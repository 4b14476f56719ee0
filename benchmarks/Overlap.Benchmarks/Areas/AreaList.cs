namespace Overlap.Benchmarks.Areas;

/// <summary>Every area, in the order in which they are listed and measured. A new one is a class in this folder and a line here.</summary>
internal static class AreaList
{
    public static IReadOnlyList<BenchmarkArea> All { get; } =
    [
        new PagesArea(), new FibArea(), new DownloadsArea(), new RunArea(), new ThumbnailArea(), new StartArea(), new MapArea(), new RecorderArea(),
        new AutoArea(), new AdviseArea(), new FuturesArea(), new ProcessesArea(), new SynchronizationArea(), new PipelinesArea(), new ExplorerArea(),
        new ActorsArea(),
        new QueueCodecArea(), new QueueFileArea(), new QueueArea(),
    ];
}
