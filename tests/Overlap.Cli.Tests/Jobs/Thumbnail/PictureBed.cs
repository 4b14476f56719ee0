using Overlap.Cli.Jobs;
using Overlap.Cli.Jobs.Thumbnail;
using Overlap.Executors;

namespace Overlap.Cli.Tests.Jobs.Thumbnail;

/// <summary>A folder with pictures, and one for what is made of them.</summary>
internal sealed class PictureBed : IDisposable
{
    private readonly TemporaryFolder _root = new();

    public PictureBed() => Directory.CreateDirectory(Source);

    /// <summary>Where the pictures are.</summary>
    public string Source => _root.PathOf("in");

    /// <summary>Where the new ones go; not there before the first run.</summary>
    public string Target => _root.PathOf("out");

    /// <summary>Everything in the folder of the new ones, sorted.</summary>
    public string[] Made => Directory.Exists(Target)
        ? [.. Directory.EnumerateFiles(Target, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Target, path)).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>Puts a picture among the sources.</summary>
    /// <returns>Its path.</returns>
    public string Add(string name, byte[] bytes)
    {
        string path = Path.Combine(Source, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>What was made, by its header.</summary>
    public PictureHeader HeaderOf(string name) => PictureHeader.TryRead(BytesOf(name))!.Value;

    /// <summary>What was made.</summary>
    public byte[] BytesOf(string name) => File.ReadAllBytes(Path.Combine(Target, name));

    /// <summary>Settings for the whole folder and a box of 40 by 30.</summary>
    public ThumbnailOptions Options(PictureSettings? picture = null) =>
        new() { Inputs = [Source], Folder = Target, Picture = picture ?? new PictureSettings { Width = 40, Height = 30 } };

    /// <summary>Makes one picture smaller, on this thread.</summary>
    public async Task<ItemResult> MakeOneAsync(ThumbnailOptions options) => Assert.Single((await MakeAsync(options)).Results);

    /// <summary>Makes pictures smaller, and asserts what holds for every run: what is under a name is whole, and nothing else is there.</summary>
    public async Task<(RunReport Report, IReadOnlyList<ItemResult> Results)> MakeAsync(
        ThumbnailOptions options, ExecutionModel model = ExecutionModel.Inline)
    {
        using RunControl control = new(TimeProvider.System);
        Collector collector = new();
        RunSettings settings = new() { Model = model, KeepOrder = true };
        RunReport report = await JobPlan.Of(place => new ThumbnailJob(options, place)).RunAsync(RunPlace.AsAsked, keep: true, settings, control, [collector]);
        Assert.All(Made, name => Assert.False(PictureHeader.IsCutOff(BytesOf(name), HeaderOf(name).Format), $"{name} is not whole"));
        Assert.All(collector.Results, static result => Assert.Equal(result.Status == ItemStatus.Failed, result.ErrorKind is not null));
        Assert.All(collector.Results, static result => Assert.DoesNotContain('\n', $"{result.Item}{result.Message}"));
        return (report, collector.Results);
    }

    public void Dispose() => _root.Dispose();

    private sealed class Collector : IItemListener
    {
        public List<ItemResult> Results { get; } = [];

        public void OnEnded(in ItemEnd end) => Results.Add(end.Result);
    }
}
