using System.Globalization;
using Overlap.Cli.Jobs;
using Overlap.Cli.Jobs.Thumbnail;
using Overlap.Executors;

namespace Overlap.Cli.Tests.Jobs.Thumbnail;

/// <summary>Some ways to damage a file.</summary>
/// <param name="Path">The whole file.</param>
/// <param name="How">See <see cref="DamagedPicture"/>.</param>
/// <param name="From">The first place.</param>
/// <param name="Count">How many.</param>
internal sealed record DamageRange(string Path, string How, int From, int Count);

/// <summary>Damages pictures by the thousand and decodes what comes of it, in worker processes: one that dies fails its item.</summary>
/// <remarks>What must hold for each: an error that the job would show as one line, or a picture in the box; and of a file that is cut, no other picture than the whole one's.</remarks>
internal sealed class DamageJob(IReadOnlyList<DamageRange> ranges) : Job<DamageRange>
{
    public const long MaxMemory = 256L << 20;

    private static readonly PictureSettings Settings = new() { Width = 16, Height = 16 };
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private readonly PictureShrinker _shrinker = new(Settings);

    public override string Name => "damage";

    public override IReadOnlyList<string> FieldNames => ["errors", "pictures"];

    public override int DefaultWorkers(ExecutionModel model) => 2;

    public override TimeSpan? CallDeadline(AttemptPolicy attempts) => TimeSpan.FromMinutes(2);

    public override Func<ItemWorker<DamageRange>> WorkerProcess(AttemptPolicy attempts, int workers) => () =>
    {
        Vips.Require();
        WorkerMemory.Limit(MaxMemory);
        return new ItemWorker<DamageRange>(new DamageJob([]), attempts);
    };

    public override IAsyncEnumerable<DamageRange> ReadItemsAsync(CancellationToken cancellationToken) => ranges.ToAsyncEnumerable();

    public override string KeyOf(DamageRange item) => LabelOf(item);

    public override string LabelOf(DamageRange item) => string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(item.Path)} {item.How} {item.From}+{item.Count}");

    public override ItemResult Execute(DamageRange item, CancellationToken cancellationToken)
    {
        byte[] file = File.ReadAllBytes(item.Path);
        byte[] whole = _shrinker.Shrink(file, PictureFormat.Png, cancellationToken).Picture.Bytes;
        (int errors, int pictures) = (0, 0);
        List<string> wrong = [];
        for (int which = item.From; which < item.From + item.Count; which++)
        {
            long from = TimeProvider.System.GetTimestamp();
            try
            {
                EncodedPicture picture = _shrinker.Shrink(DamagedPicture.Of(file, item.How, which), PictureFormat.Png, cancellationToken).Picture;
                pictures++;
                if (picture.Width > Settings.Width || picture.Height > Settings.Height || PictureHeader.IsCutOff(picture.Bytes, PictureFormat.Png))
                {
                    wrong.Add($"{which}: {picture.Width} x {picture.Height}");
                }

                if (item.How == "cut" && !picture.Bytes.AsSpan().SequenceEqual(whole))
                {
                    wrong.Add($"{which}: another picture than that of the whole file");
                }
            }
            catch (PictureException exception)
            {
                errors++;
                if (exception.Message.AsSpan().ContainsAny('\n', '\r'))
                {
                    wrong.Add($"{which}: {exception.Message}");
                }
            }

            if (TimeProvider.System.GetElapsedTime(from) > Longest)
            {
                wrong.Add($"{which}: took {TimeProvider.System.GetElapsedTime(from)}");
            }
        }

        return new ItemResult
        {
            Item = LabelOf(item),
            Status = wrong.Count == 0 ? ItemStatus.Succeeded : ItemStatus.Failed,
            Message = string.Join("; ", wrong),
            ErrorKind = wrong.Count == 0 ? null : "wrong",
            Fields = [ItemField.Of("errors", errors), ItemField.Of("pictures", pictures)],
        };
    }

    public override ValueTask<ItemResult> ExecuteAsync(DamageRange item, CancellationToken cancellationToken) => new(Execute(item, cancellationToken));
}
