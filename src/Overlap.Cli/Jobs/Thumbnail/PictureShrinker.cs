using Overlap.Cli.Arguments;

namespace Overlap.Cli.Jobs.Thumbnail;

/// <summary>Makes one picture smaller: what may be decoded, how, and what the decoder's words mean. Thread-safe.</summary>
/// <remarks>
/// Limits are checked on the header, before a decoder runs. What a header hides is for the limits of the worker process: see <see cref="WorkerMemory"/>.
/// </remarks>
internal sealed partial class PictureShrinker
{
    // A camera's progressive JPEG has ten. Each costs a walk over all of the picture, for as little as a few bytes of file.
    private const int MostScans = 200;

    // What decoders say where an allocation fails.
    private static readonly string[] MemoryWords = ["insufficient memory", "out of memory", "cannot allocate memory"];

    private readonly PictureSettings _settings;

    // The library has one text for the errors of all threads: who wants to know whose they are decodes alone.
    private readonly ReaderWriterLockSlim? _alone;

    public PictureShrinker(PictureSettings settings)
    {
        _settings = settings;
        _alone = settings.SharesProcess ? new ReaderWriterLockSlim() : null;
    }

    /// <summary>Makes a picture smaller.</summary>
    /// <param name="source">Its file; header and decoder see the same bytes.</param>
    /// <param name="format">The format of the new one.</param>
    /// <param name="cancellationToken">Gives up between two strips.</param>
    /// <returns>The source's header, and the new picture.</returns>
    /// <exception cref="PictureException">It is no picture, is larger than is allowed, is cut off or damaged.</exception>
    public (PictureHeader Header, EncodedPicture Picture) Shrink(ReadOnlySpan<byte> source, PictureFormat format, CancellationToken cancellationToken)
    {
        PictureHeader header = CheckedHeader(source);
        Vips.Require();
        VipsSteps steps = new(DecodeOf(header), ShrinkOf(header), EncodeOf(format));
        (EncodedPicture? picture, string words) = TryShrink(source, steps, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return (header, picture ?? throw Failure(source, header, words));
    }

    /// <summary>Tells whether a new file is what this run would make, as far as the two headers tell: settings of colour and quality leave no trace.</summary>
    public bool IsAsWanted(PictureHeader made, PictureFormat format, PictureHeader source)
    {
        bool fitsIn = made.Width <= _settings.Width && made.Height <= _settings.Height;
        bool fillsOne = made.Width >= _settings.Width - 1 || made.Height >= _settings.Height - 1;
        bool wasSmall = !_settings.Enlarge && Math.Min(source.Width, source.Height) <= Math.Max(_settings.Width, _settings.Height);
        return made.Format == format && (_settings.Fit == PictureFit.Fill
            ? made.Width == _settings.Width && made.Height == _settings.Height
            : fitsIn && (fillsOne || wasSmall));
    }

    /// <summary>Tells whether a picture that would replace itself is small enough already, so that to make it anew could only harm it.</summary>
    public bool IsSmallEnough(PictureHeader header) => _settings.Fit == PictureFit.Inside && !_settings.Enlarge
        ? header.Width <= _settings.Width && header.Height <= _settings.Height
        : header.Width == _settings.Width && header.Height == _settings.Height;

    private PictureHeader CheckedHeader(ReadOnlySpan<byte> file)
    {
        if (PictureHeader.FormatOf(file) is not { } format)
        {
            throw new PictureException(PictureFailure.NotAPicture, "is no JPEG, PNG, WebP or GIF");
        }

        if (PictureHeader.TryRead(file) is not { } header)
        {
            throw PictureHeader.IsCutOff(file, format) ? CutOff(format) : new PictureException(PictureFailure.Damaged, $"the {NameOf(format)} has no header with a size");
        }

        if (header.Pixels > _settings.MaxPixels)
        {
            throw new PictureException(
                PictureFailure.TooManyPixels, $"has {header.Width:N0} x {header.Height:N0} pixels; the limit is {_settings.MaxPixels:N0} (--max-pixels)");
        }

        return format == PictureFormat.Jpeg && PictureHeader.CountScans(file) is > MostScans and int scans
            ? throw new PictureException(PictureFailure.TooManyScans, $"the JPEG has {scans:N0} scans; the limit is {MostScans}")
            : header;
    }

    private (EncodedPicture? Picture, string Words) TryShrink(ReadOnlySpan<byte> source, VipsSteps steps, CancellationToken cancellationToken)
    {
        if (_alone is null)
        {
            return TryAlone(source, steps, cancellationToken);
        }

        _alone.EnterReadLock();
        try
        {
            int damagedEnds = Vips.DamagedEnds;
            EncodedPicture picture = Vips.Shrink(source, steps, cancellationToken);
            if (_settings.Lenient || damagedEnds == Vips.DamagedEnds)
            {
                return (picture, "");
            }
        }
        catch (VipsException)
        {
        }
        finally
        {
            _alone.ExitReadLock();
        }

        // Once more while nobody else decodes: what the library has said may have been about another thread's picture.
        _alone.EnterWriteLock();
        try
        {
            return TryAlone(source, steps, cancellationToken);
        }
        finally
        {
            _alone.ExitWriteLock();
        }
    }

    private (EncodedPicture? Picture, string Words) TryAlone(ReadOnlySpan<byte> source, VipsSteps steps, CancellationToken cancellationToken)
    {
        _ = Vips.TakeErrors();
        int damagedEnds = Vips.DamagedEnds;
        try
        {
            EncodedPicture picture = Vips.Shrink(source, steps, cancellationToken);
            return _settings.Lenient || damagedEnds == Vips.DamagedEnds ? (picture, "") : (null, Vips.TakeErrors());
        }
        catch (VipsException)
        {
            return (null, Vips.TakeErrors());
        }
    }

    private static PictureException Failure(ReadOnlySpan<byte> source, PictureHeader header, string words)
    {
        bool isCutOff = PictureHeader.IsCutOff(source, header.Format)
            || words.Contains("Premature end of", StringComparison.OrdinalIgnoreCase)
            || words.Contains("Unexpected end of", StringComparison.OrdinalIgnoreCase);
        if (isCutOff)
        {
            return CutOff(header.Format);
        }

        if (Array.Exists(MemoryWords, said => words.Contains(said, StringComparison.OrdinalIgnoreCase)))
        {
            return new PictureException(PictureFailure.TooMuchMemory, $"the {NameOf(header.Format)} needs more memory than there is for it");
        }

        // Each line is "domain: words"; the first is nearest to the cause.
        string first = words.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() ?? "";
        int colon = first.IndexOf(": ", StringComparison.Ordinal);
        string reason = Fetch.UrlText.Printable(colon >= 0 ? first[(colon + 2)..] : first);
        return new PictureException(PictureFailure.Damaged, reason.Length == 0
            ? $"the {NameOf(header.Format)} is damaged"
            : $"the {NameOf(header.Format)} is damaged: {reason}");
    }

    private static PictureException CutOff(PictureFormat format) => new(PictureFailure.Truncated, $"the {NameOf(format)} is cut off");

    private static string NameOf(PictureFormat format) => PictureFormatName.Of(format);
}
