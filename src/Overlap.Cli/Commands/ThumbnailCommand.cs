using System.CommandLine;
using Overlap.Cli.Arguments;
using Overlap.Cli.Jobs;
using Overlap.Cli.Jobs.Thumbnail;
using Overlap.Executors;

namespace Overlap.Cli.Commands;

/// <summary><c>overlap thumbnail</c>: makes pictures smaller.</summary>
internal sealed class ThumbnailCommand : JobVerb
{
    private static readonly PictureSettings Defaults = new();

    private readonly Argument<string[]> _inputs = new("PICTURE")
    {
        HelpName = "[PICTURE|DIR …]",
        Arity = ArgumentArity.ZeroOrMore,
        Description = "files, and folders to look for pictures in",
    };

    private readonly Option<string?> _input = new("--input", "-i") { HelpName = "FILE", Description = "a file with one of them on each line; - is standard input" };

    private readonly Option<bool> _nul = new("--null", "-0") { Description = "entries of the input end with NUL, not with a line end" };

    private readonly Option<string?> _out = new("--out", "-o") { HelpName = "DIR", Description = "the folder for the new files; it is made, and folders in it as in the inputs" };

    private readonly Option<bool> _inPlace = new("--in-place") { Description = "replace the pictures themselves; what was there is lost" };

    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "make again what is up to date" };

    private readonly Option<PictureSize?> _size = ValueOption.Create(
        "--size", "WxH", $"the box that a picture comes into (default: {Defaults.Width}x{Defaults.Height})", PictureSize.TryParse, PictureSize.Expected, "-s");

    private readonly Option<PictureFitName?> _fit = ValueOption.Create(
        "--fit", "FIT", "inside: whole; fill: stretched; crop: the box filled and the rest cut off (default: inside)", PictureFitName.TryParse, PictureFitName.Expected).Offering("inside", "fill", "crop");

    private readonly Option<bool> _enlarge = new("--enlarge") { Description = "enlarge pictures that are smaller than the box" };

    private readonly Option<PictureFormatName?> _format = ValueOption.Create(
        "--format", "FORMAT", "jpeg, png or webp (default: what each picture's name says; png for GIF)", PictureFormatName.TryParse, PictureFormatName.Expected).Offering("jpeg", "png", "webp");

    private readonly Option<Count?> _quality = ValueOption.Number("--quality", "Q", $"of JPEG and WebP, 1 to 100 (default: {Defaults.Quality})", 1, 100);

    private readonly Option<bool> _strip = new("--strip") { Description = "leave out EXIF, XMP, IPTC, comments and profiles" };

    private readonly Option<ColorProfileName?> _profile = ValueOption.Create(
        "--profile", "WHAT", "colours with a profile: srgb, turn them into sRGB; keep, leave them (default: srgb)", ColorProfileName.TryParse, ColorProfileName.Expected).Offering("srgb", "keep");

    private readonly Option<Count?> _maxPixels = ValueOption.Number(
        "--max-pixels", "N", "the most pixels that a picture may have; read before it is decoded (default: 100000000)", 1, int.MaxValue);

    private readonly Option<ByteSize?> _maxMemory = ValueOption.Create(
        "--max-memory", "BYTES", "the most that a worker process may take for pictures (default: 512MiB)", ReadMemory, "a size of at least 16MiB");

    private readonly Option<bool> _lenient = new("--lenient") { Description = "take what a decoder makes of damaged pictures; cut off files are errors all the same" };

    /// <inheritdoc/>
    public override string Name => "thumbnail";

    /// <inheritdoc/>
    public override string Summary => "make pictures smaller, on every core";

    /// <inheritdoc/>
    public override string Description => """
        Makes JPEG, PNG, WebP and GIF pictures smaller, upright as their EXIF says, each in a worker process with limits
        of memory and time: a damaged or hostile picture costs one line, never the run. What is up to date is skipped.
        A new file has its name only when it is whole; originals are never touched without --in-place.
        """;

    /// <inheritdoc/>
    public override IReadOnlyList<(string Command, string Meaning)> Examples { get; } =
    [
        ("overlap thumbnail photos --out thumbs", "a folder and all in it, to fit 800x600"),
        ("overlap thumbnail *.png --out icons --size 64 --fit crop --format webp", "square icons"),
        ("overlap thumbnail photos --out web --size 1920x1080 --strip", "without place and camera"),
        ("overlap compare thumbnail photos --out thumbs", "under every model, with a verdict"),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<Argument> Arguments => [_inputs];

    /// <inheritdoc/>
    public override IReadOnlyList<OptionGroup> OwnGroups =>
    [
        new OptionGroup("The pictures", _input, _nul),
        new OptionGroup("The new files", _out, _inPlace, _overwrite, _format, _quality, _strip, _profile),
        new OptionGroup("The size", _size, _fit, _enlarge),
        new OptionGroup("Limits", _maxPixels, _maxMemory, _lenient),
    ];

    /// <inheritdoc/>
    public override ExecutionModel DefaultModel => ExecutionModel.Processes;

    /// <inheritdoc/>
    public override bool ResumesByItself => true;

    /// <inheritdoc/>
    public override JobPlan CreatePlan(ParseResult values, AttemptPolicy attempts, JobContext context)
    {
        ThumbnailOptions options = new()
        {
            Inputs = values.GetValue(_inputs) ?? [],
            InputFile = values.GetValue(_input),
            StandardInput = context.Terminal.Input,
            NulSeparated = values.GetValue(_nul),
            Folder = values.GetValue(_out),
            Format = values.GetValue(_format)?.Format,
            Picture = PictureOf(values),
        };
        Refuse(options);
        return JobPlan.Of(place => new ThumbnailJob(options, place));
    }

    private PictureSettings PictureOf(ParseResult values) => new()
    {
        Width = values.GetValue(_size)?.Width ?? Defaults.Width,
        Height = values.GetValue(_size)?.Height ?? Defaults.Height,
        Fit = values.GetValue(_fit)?.Fit ?? Defaults.Fit,
        Enlarge = values.GetValue(_enlarge),
        Quality = values.GetValue(_quality)?.Value ?? Defaults.Quality,
        Strip = values.GetValue(_strip),
        Profile = values.GetValue(_profile)?.Profile ?? Defaults.Profile,
        Lenient = values.GetValue(_lenient),
        MaxPixels = values.GetValue(_maxPixels)?.Value ?? Defaults.MaxPixels,
        MaxMemory = values.GetValue(_maxMemory)?.Bytes ?? Defaults.MaxMemory,
        InPlace = values.GetValue(_inPlace),
        Overwrite = values.GetValue(_overwrite),
    };

    private static void Refuse(ThumbnailOptions options)
    {
        string? problem = options switch
        {
            { Inputs: [], InputFile: null } => "no picture: give files or folders, or a list with -i FILE (- is standard input)",
            { Folder: null, Picture.InPlace: false } => "no folder for the new files: give --out DIR (or --in-place, which replaces the pictures)",
            { Folder: not null, Picture.InPlace: true } => "--out and --in-place: give one of them",
            { Format: not null, Picture.InPlace: true } => "--in-place keeps the format of each picture: leave --format out, or give --out DIR",
            { Folder: "" } => "--out: no folder has an empty name",
            _ => null,
        };
        if (problem is not null)
        {
            throw new RunException(ExitCode.Usage, problem);
        }
    }

    private static ByteSize? ReadMemory(string text) => ByteSize.TryParse(text) is { Bytes: >= 16 << 20 } size ? size : null;
}
