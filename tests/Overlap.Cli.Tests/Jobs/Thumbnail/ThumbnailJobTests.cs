using System.Diagnostics;
using Overlap.Cli.Arguments;
using Overlap.Cli.Jobs;
using Overlap.Cli.Jobs.Thumbnail;
using Overlap.Executors;
using Overlap.Timelines;

namespace Overlap.Cli.Tests.Jobs.Thumbnail;

/// <summary>Pictures as items of a job: under every model, changing meanwhile, bad, and how long they may take.</summary>
public sealed class ThumbnailJobTests : IDisposable
{
    private readonly PictureBed _bed = new();

    public void Dispose() => _bed.Dispose();

    [Theory]
    [InlineData(ExecutionModel.Inline)]
    [InlineData(ExecutionModel.Threads)]
    [InlineData(ExecutionModel.Async)]
    [InlineData(ExecutionModel.Processes)]
    public async Task Make_EveryModel_MakesTheSameAndNamesTheBadOnes(ExecutionModel model)
    {
        _bed.Add("a.jpg", Pictures.Jpeg(120, 90));
        _bed.Add("b/c.png", Pictures.Png(60, 90));
        _bed.Add("b/d.webp", Pictures.Webp(90, 60));
        _bed.Add("cut.jpg", Pictures.Jpeg(120, 90)[..^300]);
        _bed.Add("damaged.png", DamagedPicture.Of(Pictures.Png(60, 90), "flip", 200));

        (RunReport report, IReadOnlyList<ItemResult> results) = await _bed.MakeAsync(_bed.Options(), model);

        Assert.Equal((3, 2, ExitCode.SomeFailed), (report.Succeeded, report.Failed, report.ExitCode));
        Assert.Equal(["a.jpg", "b/c.png", "b/d.webp"], _bed.Made);
        Assert.Equal((40, 30), (_bed.HeaderOf("a.jpg").Width, _bed.HeaderOf("a.jpg").Height));
        Assert.Equal((20, 30), (_bed.HeaderOf("b/c.png").Width, _bed.HeaderOf("b/c.png").Height));
        Assert.Equal(PictureFormat.Webp, _bed.HeaderOf("b/d.webp").Format);
        Assert.Equal(["truncated", "damaged"], results.Where(static result => result.Status == ItemStatus.Failed).Select(static result => result.ErrorKind));
        Assert.Equal(["the JPEG is cut off"], results.Where(static result => result.ErrorKind == "truncated").Select(static result => result.Message));
    }

    [Fact]
    public async Task Make_NoPictures_EachIsOneLine()
    {
        string empty = _bed.Add("empty.jpg", []);
        string pipe = Path.Combine(_bed.Source, "pipe.jpg");
        await Process.Start("mkfifo", pipe).WaitForExitAsync(TestContext.Current.CancellationToken);
        ThumbnailOptions options = _bed.Options() with { Inputs = [empty, pipe, "/dev/zero", _bed.Source + "/none.jpg", ""] };

        (_, IReadOnlyList<ItemResult> results) = await _bed.MakeAsync(options);

        Assert.Equal(
            ["is empty", "is no file: a pipe, a socket or a device", "is no file: a pipe, a socket or a device", "no such file", "is no name of a file"],
            results.Select(static result => result.Message));
        Assert.Empty(_bed.Made);
    }

    [Fact]
    public async Task Make_FileChangesAllTheTime_IsAlwaysOneResult()
    {
        byte[] picture = Pictures.Jpeg(120, 90);
        string path = _bed.Add("a.jpg", picture);
        using CancellationTokenSource stop = new();
        Task writer = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                using FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
                file.Write(picture.AsSpan(0, picture.Length / 2));
                file.Flush();
                file.Write(picture.AsSpan(picture.Length / 2));
            }
        });

        HashSet<string> ends = [];
        for (int i = 0; i < 200; i++)
        {
            ItemResult result = await _bed.MakeOneAsync(_bed.Options(new PictureSettings { Width = 40, Height = 30, Overwrite = true }));
            ends.Add(result.ErrorKind ?? "made");
        }

        await stop.CancelAsync();
        await writer;
        Assert.Subset(new HashSet<string>(["made", "changed", "truncated", "damaged", "unreadable"]), ends);
    }

    [Fact]
    public async Task Lenient_DamageWithinAPicture_IsTakenButACutIsNot()
    {
        byte[] picture = Pictures.Jpeg(120, 90);
        _bed.Add("hole.jpg", [.. picture[..^600], .. picture[^2..]]);
        _bed.Add("cut.jpg", picture[..^600]);
        PictureSettings lenient = new() { Width = 40, Height = 30, Lenient = true };

        (_, IReadOnlyList<ItemResult> strict) = await _bed.MakeAsync(_bed.Options());
        (_, IReadOnlyList<ItemResult> results) = await _bed.MakeAsync(_bed.Options(lenient));

        Assert.All(strict, static result => Assert.Equal(ItemStatus.Failed, result.Status));
        Assert.Equal([ItemStatus.Failed, ItemStatus.Succeeded], results.Select(static result => result.Status));
    }

    [Fact]
    public void CallDeadline_Attempts_LeavesRoomForAllOfThemAndASecond()
    {
        ThumbnailJob job = new(_bed.Options(), RunPlace.AsAsked);

        Assert.Equal(TimeSpan.FromSeconds(61), job.CallDeadline(new AttemptPolicy()));
        Assert.Equal(TimeSpan.FromSeconds(3 + 10 + 3 + 1), job.CallDeadline(new AttemptPolicy { Timeout = TimeSpan.FromSeconds(3), Retries = 1 }));
        Assert.Equal(TimeSpan.FromSeconds(8), job.CallDeadline(new AttemptPolicy { MaxTime = TimeSpan.FromSeconds(7), Retries = 5 }));
    }

    [Fact]
    public async Task Recorded_ThreadsOfTheLibraryWork_IsNeverCalledWaiting()
    {
        byte[] picture = Pictures.Jpeg(1_600, 1_200);
        _bed.Add("a.jpg", picture);
        _bed.Add("b.jpg", picture);

        Timeline inline = await RecordAsync(ExecutionModel.Inline);
        Timeline processes = await RecordAsync(ExecutionModel.Processes);

        Span[] inProgram = [.. inline.Lanes.SelectMany(static lane => lane.Spans)];
        Span[] inWorkers = [.. processes.Lanes.SelectMany(static lane => lane.Spans)];
        Assert.Equal((2, 2), (inProgram.Length, inWorkers.Length));

        // The thread that waits for the library takes a millisecond or two for a picture.
        Assert.All(inProgram, static span => Assert.InRange(span.Working, TimeSpan.FromMilliseconds(6), span.Duration));
        Assert.All(inWorkers, static span => Assert.InRange(span.Working, TimeSpan.FromMilliseconds(6), span.Duration));
    }

    [Fact]
    public void Start_LibraryIsNotThere_SaysWhatToInstall() =>
        Assert.Equal(
            "thumbnail needs libvips, and libnone.so.1 is not on this machine; Debian and Ubuntu have it in a package: apt-get install libvips42",
            Vips.Start("libnone.so.1"));

    private async Task<Timeline> RecordAsync(ExecutionModel model)
    {
        using TimelineRecorder recorder = new();
        using RunControl control = new(TimeProvider.System);
        RunSettings settings = new() { Model = model, Workers = new WorkerCount(1), Recorder = recorder };
        ThumbnailOptions options = _bed.Options(new PictureSettings { Overwrite = true });
        RunReport report = await JobPlan.Of(place => new ThumbnailJob(options, place)).RunAsync(RunPlace.AsAsked, keep: true, settings, control, []);
        return report.Timeline!;
    }
}
