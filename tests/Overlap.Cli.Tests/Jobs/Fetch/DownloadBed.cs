using System.Collections.Concurrent;
using System.Net;
using Overlap.Cli.Jobs;
using Overlap.Cli.Jobs.Check;
using Overlap.Cli.Jobs.Fetch;
using Overlap.Executors;

namespace Overlap.Cli.Tests.Jobs.Fetch;

/// <summary>A folder to download into, with things around it that must stay as they are.</summary>
internal sealed class DownloadBed : IDisposable
{
    private const string Canary = "nobody may touch this";

    private readonly string _root = Directory.CreateTempSubdirectory("overlap-fetch-").FullName;

    public DownloadBed()
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText(CanaryPath, Canary);
    }

    /// <summary>Every model that a download runs under.</summary>
    public static TheoryData<ExecutionModel> Models => new(ExecutionModel.Inline, ExecutionModel.Threads, ExecutionModel.Async, ExecutionModel.Processes);

    /// <summary>The folder that the files go to.</summary>
    public string Folder => Path.Combine(_root, "out");

    /// <summary>The folder around it.</summary>
    public string Root => _root;

    /// <summary>A file outside of the folder.</summary>
    public string CanaryPath => Path.Combine(_root, "canary");

    /// <summary>The names in the folder, sorted.</summary>
    public string[] Names => [.. Directory.EnumerateFileSystemEntries(Folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    /// <summary>Settings for a test: quick to give up, quick to try again.</summary>
    public FetchOptions Options(params string[] urls) => new()
    {
        Folder = Folder,
        Urls = urls,
        RetryDelay = TimeSpan.FromMilliseconds(1),
        IdleTimeout = TimeSpan.FromSeconds(20),
        UseProxy = false,
    };

    /// <summary>A file in the folder.</summary>
    public string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>Downloads one URL.</summary>
    public async Task<ItemResult> FetchOneAsync(FetchOptions options, ExecutionModel model = ExecutionModel.Async) =>
        Assert.Single(await FetchAsync(options, model));

    /// <summary>Downloads, and asserts what holds for every run whatever the server does.</summary>
    public async Task<IReadOnlyList<ItemResult>> FetchAsync(
        FetchOptions options, ExecutionModel model = ExecutionModel.Async, int workers = 16, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        IReadOnlyList<ItemResult> results = await RunAsync(JobPlan.Of(place => new FetchJob(options, place, resolve)), model, workers);
        AssertUntouched();
        return results;
    }

    /// <summary>Checks.</summary>
    public static Task<IReadOnlyList<ItemResult>> CheckAsync(CheckOptions options, ExecutionModel model = ExecutionModel.Async) =>
        RunAsync(JobPlan.Of(place => new CheckJob(options, place)), model, workers: 16);

    /// <summary>Asserts that nothing outside of the folder has changed.</summary>
    public void AssertUntouched()
    {
        Assert.Equal(Canary, File.ReadAllText(CanaryPath));
        Assert.Equal(["canary", "out"], Directory.EnumerateFileSystemEntries(_root).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static async Task<IReadOnlyList<ItemResult>> RunAsync(JobPlan plan, ExecutionModel model, int workers)
    {
        using RunControl control = new(TimeProvider.System);
        Collector collector = new();
        await plan.RunAsync(RunPlace.AsAsked, keep: true, new RunSettings { Model = model, Workers = workers }, control, [collector]);
        ItemResult[] results = [.. collector.Results];
        foreach (ItemResult result in results.Where(result => result.Status == ItemStatus.Failed))
        {
            Assert.False(string.IsNullOrWhiteSpace(result.Message), "a failure says why");
            Assert.DoesNotContain(result.Message!, char.IsControl);
            Assert.DoesNotContain(result.Item, char.IsControl);
            Assert.NotNull(result.ErrorKind);
        }

        return results;
    }

    private sealed class Collector : IItemListener
    {
        public ConcurrentQueue<ItemResult> Results { get; } = new();

        public void OnEnded(in ItemEnd end) => Results.Enqueue(end.Result);
    }
}
