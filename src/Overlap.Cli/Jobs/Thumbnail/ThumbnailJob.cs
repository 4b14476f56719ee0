using Overlap.Cli.Jobs.Fetch;
using Overlap.Executors;

namespace Overlap.Cli.Jobs.Thumbnail;

/// <summary>Makes pictures smaller, into a folder or in place.</summary>
internal sealed class ThumbnailJob : Job<ThumbnailItem>
{
    // A header of ours stands near the beginning; one that does not makes the picture anew.
    private const long HeaderLength = 256 * 1024;

    private static readonly TimeSpan LongestPicture = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly ThumbnailOptions _options;
    private readonly RunPlace _place;
    private readonly RunFolder? _runFolder;

    // Written by PrepareAsync before any item, or once for a worker process.
    private TargetFolder? _folder;
    private PictureShrinker? _shrinker;

    /// <param name="options">The settings.</param>
    /// <param name="place">Where this run puts its files.</param>
    public ThumbnailJob(ThumbnailOptions options, RunPlace place)
    {
        _options = options;
        _place = place;
        _runFolder = options.Folder is null ? null : new RunFolder(options.Folder, place);
    }

    /// <summary>Makes the job of a worker process.</summary>
    private ThumbnailJob(PictureSettings picture, string? sharedFolder, string? folder)
    {
        _options = new ThumbnailOptions { Picture = picture, Folder = folder };
        _place = RunPlace.AsAsked;
        Vips.Require();
        WorkerMemory.Limit(picture.MaxMemory);
        _folder = sharedFolder is null ? null : TargetFolder.Join(sharedFolder, folder!);
        _shrinker = new PictureShrinker(picture);
    }

    /// <inheritdoc/>
    public override string Name => "thumbnail";

    /// <inheritdoc/>
    public override string Template
    {
        get
        {
            PictureSettings picture = _options.Picture;
            string where = _options.Folder is null ? "--in-place" : $"--out {Path.GetFullPath(_options.Folder)}";
            return $"thumbnail {where} --size {picture.Width}x{picture.Height} --fit {picture.Fit} --quality {picture.Quality} --format {_options.Format}";
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> FieldNames { get; } = ["file", "width", "height", "length", "sourceWidth", "sourceHeight", "sourceLength"];

    /// <inheritdoc/>
    public override IReadOnlyList<ExecutionModel> Models { get; } =
        [ExecutionModel.Inline, ExecutionModel.Threads, ExecutionModel.Async, ExecutionModel.Processes];

    /// <inheritdoc/>
    public override bool WorksOutOfSight => true;

    /// <inheritdoc/>
    public override int DefaultWorkers(ExecutionModel model) => model == ExecutionModel.Inline ? 1 : Environment.ProcessorCount;

    /// <inheritdoc/>
    /// <remarks>A decoder that hangs hears of no token: its process is ended a little after the time in which it should have.</remarks>
    public override TimeSpan? CallDeadline(AttemptPolicy attempts) =>
        (attempts.MaxTime ?? (((attempts.Timeout ?? LongestPicture) * (attempts.Retries + 1)) + (LongestPause * attempts.Retries))) + TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public override ValueTask PrepareAsync(ExecutionModel model, int workers, CancellationToken cancellationToken)
    {
        if (_place.OwnName is not null)
        {
            RefuseComparison();
        }

        _runFolder?.Claim();
        _folder = _runFolder is null ? null : TargetFolder.Open(_runFolder.Path);
        if (model != ExecutionModel.Processes)
        {
            Vips.Require();
            _shrinker = new PictureShrinker(_options.Picture with { SharesProcess = model != ExecutionModel.Inline });
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override Func<ItemWorker<ThumbnailItem>> WorkerProcess(AttemptPolicy attempts, int workers)
    {
        PictureSettings picture = _options.Picture;
        string? sharedFolder = _folder?.SharedPath;
        string? folder = _folder?.Path;
        return () => new ItemWorker<ThumbnailItem>(new ThumbnailJob(picture, sharedFolder, folder), attempts);
    }

    /// <inheritdoc/>
    public override IAsyncEnumerable<ThumbnailItem> ReadItemsAsync(CancellationToken cancellationToken)
    {
        List<FileStatus> passedOver = [];
        foreach (string folder in new[] { _options.Folder, _runFolder?.Path }.OfType<string>().Distinct())
        {
            if (Libc.StatusOf(Path.GetFullPath(folder), out FileStatus status) == 0)
            {
                passedOver.Add(status);
            }
        }

        return new PictureList(_options, passedOver).ReadAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override string KeyOf(ThumbnailItem item) => item.Problem is null ? item.Path : item.Label;

    /// <inheritdoc/>
    public override string LabelOf(ThumbnailItem item) => item.Label;

    /// <inheritdoc/>
    public override string DescribeOf(ThumbnailItem item) => (item.Problem, _options.Folder) switch
    {
        (not null, _) => $"{item.Label}: {item.Problem}",
        (_, null) => $"{item.Label} -> itself",
        (_, var folder) => $"{item.Label} -> {UrlText.Printable(Path.Combine(folder, item.Target))}",
    };

    /// <inheritdoc/>
    public override ItemResult Execute(ThumbnailItem item, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (item.Problem is not null)
        {
            return Failure(item, PictureFailure.BadEntry, item.Problem) with { Attempts = 0 };
        }

        try
        {
            // Looked at first: an unreadable one must not leave a folder behind.
            FileStatus source = SourceFile.Inspect(item.Path);
            using TargetFolder? own = OpenFolderOf(item);
            return Make(item, source, own ?? _folder!, cancellationToken);
        }
        catch (PictureException exception)
        {
            return Failure(item, exception.Kind, exception.Message);
        }
    }

    /// <inheritdoc/>
    /// <remarks>There is nothing to await in decoding. The model is here to show what that means.</remarks>
    public override ValueTask<ItemResult> ExecuteAsync(ThumbnailItem item, CancellationToken cancellationToken) => new(Execute(item, cancellationToken));

    /// <inheritdoc/>
    public override ValueTask SettleAsync(bool keep)
    {
        _runFolder?.Settle(keep);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        _folder?.Dispose();
        _runFolder?.Settle(keep: false);
        await base.DisposeAsync();
    }

    private static ItemResult Failure(ThumbnailItem item, string kind, string message) =>
        new() { Item = item.Label, Status = ItemStatus.Failed, ErrorKind = kind, Message = message };

    private void RefuseComparison()
    {
        if (_options.Folder is null)
        {
            throw new RunException(ExitCode.Usage, "a comparison makes every picture several times, and with --in-place there would be nothing left to make it of: give --out DIR");
        }

        if (_options.ReadsStandardInput)
        {
            throw new RunException(ExitCode.Usage, "a comparison reads the list once for every run: give it as a file, not on standard input");
        }
    }

    /// <summary>Opens the folder of an item's new file, if that is not the folder of all.</summary>
    private TargetFolder? OpenFolderOf(ThumbnailItem item)
    {
        if (_folder is null)
        {
            string parent = Path.GetDirectoryName(item.Path)!;
            return TargetFolder.OpenExisting(parent)
                ?? throw new PictureException(PictureFailure.Unreadable, $"cannot open the folder {UrlText.Printable(parent)}");
        }

        TargetFolder? inner = null;
        foreach (string name in item.Folder.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            using TargetFolder? outer = inner;
            inner = (outer ?? _folder).Enter(name)
                ?? throw new PictureException(PictureFailure.RefusedTarget, $"{UrlText.Printable(name)} in {UrlText.Printable((outer ?? _folder).Path)} is no folder");
        }

        return inner;
    }

    private ItemResult Make(ThumbnailItem item, FileStatus source, TargetFolder folder, CancellationToken cancellationToken)
    {
        FileStatus target = folder.StatusOf(item.Name);
        RefuseTarget(item, folder, source, target);
        if (_options.Picture.InPlace ? IsSmallEnough(item) : IsUpToDate(item, folder, source, target))
        {
            return new ItemResult
            {
                Item = item.Label,
                Status = ItemStatus.Skipped,
                Message = _options.Picture.InPlace ? "is small enough" : "is up to date",
                Attempts = 0,
                Fields = [ItemField.Of("file", item.Target)],
            };
        }

        using SourceFile file = SourceFile.Read(item.Path);
        PictureFormat format = _options.Picture.InPlace && PictureHeader.FormatOf(file.Span) is { } own ? InPlaceFormat(own) : item.Format;
        (PictureHeader header, EncodedPicture picture) = _shrinker!.Shrink(file.Span, format, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        NewFile.Write(folder, item.Name, picture.Bytes, _options.Picture.InPlace ? source.Permissions : null);
        return new ItemResult
        {
            Item = item.Label,
            Status = ItemStatus.Succeeded,
            Fields =
            [
                ItemField.Of("file", item.Target),
                ItemField.Of("width", picture.Width),
                ItemField.Of("height", picture.Height),
                ItemField.Of("length", picture.Bytes.Length),
                ItemField.Of("sourceWidth", header.Width),
                ItemField.Of("sourceHeight", header.Height),
                ItemField.Of("sourceLength", file.Length),
            ],
        };
    }

    private static PictureFormat InPlaceFormat(PictureFormat own) => own == PictureFormat.Gif
        ? throw new PictureException(PictureFailure.RefusedTarget, "a GIF cannot be written, so it cannot replace itself; give --out DIR")
        : own;

    private void RefuseTarget(ThumbnailItem item, TargetFolder folder, FileStatus source, FileStatus target)
    {
        string? problem = target.Kind switch
        {
            FileKind.Folder => "is a folder",
            FileKind.SymbolicLink => "is a link",
            FileKind.Special => "is no file",
            FileKind.Regular when _options.Picture.InPlace => null,
            FileKind.Regular when target.IsSameFileAs(source) => "is the picture itself: give another folder, or --in-place",

            // Nobody can tell a picture of the user's from one of an earlier run.
            FileKind.Regular when IsBesideItsSource(item, folder) => "is there, beside the picture: give another folder",
            _ => null,
        };
        if (problem is not null)
        {
            throw new PictureException(PictureFailure.RefusedTarget, $"not written: {UrlText.Printable(item.Target)} {problem}");
        }
    }

    private static bool IsBesideItsSource(ThumbnailItem item, TargetFolder folder) =>
        Libc.StatusOf(Path.GetDirectoryName(item.Path)!, out FileStatus parent) == 0 && folder.GetStatus().IsSameFileAs(parent);

    private bool IsUpToDate(ThumbnailItem item, TargetFolder folder, FileStatus source, FileStatus target) =>
        !_options.Picture.Overwrite
        && target is { Kind: FileKind.Regular, Length: > 0 }
        && target.ModifiedAt >= source.ModifiedAt
        && HeaderOf(Path.Combine(folder.Path, item.Name)) is { } made
        && HeaderOf(item.Path) is { } original
        && _shrinker!.IsAsWanted(made, item.Format, original);

    private bool IsSmallEnough(ThumbnailItem item) =>
        !_options.Picture.Overwrite && HeaderOf(item.Path) is { } header && _shrinker!.IsSmallEnough(header);

    private static PictureHeader? HeaderOf(string path)
    {
        try
        {
            using SourceFile start = SourceFile.Read(path, HeaderLength);
            return PictureHeader.TryRead(start.Span);
        }
        catch (PictureException)
        {
            return null;
        }
    }
}
