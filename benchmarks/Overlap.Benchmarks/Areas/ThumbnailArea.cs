using System.Runtime.CompilerServices;
using Overlap.Benchmarks.Commands;
using Overlap.Benchmarks.Measuring;

namespace Overlap.Benchmarks.Areas;

/// <summary>A hundred pictures of a camera made to fit 800 by 600, by whole programs.</summary>
internal sealed class ThumbnailArea : BenchmarkArea
{
    private const int Pictures = 100;

    // Two at a time: what the machine has processors for.
    private const string Workers = "2";

    public override string Name => "thumbnail";

    public override string Summary => "100 JPEGs of 2400 x 1600 to fit 800 x 600: thumbnail against Pillow in a pool, vipsthumbnail, GNU parallel with convert, mogrify";

    public override IReadOnlyList<Requirement> Requirements =>
        [Requirement.Gcc, Requirement.LibC, Requirement.Pillow, Requirement.VipsThumbnail, Requirement.Parallel, Requirement.ImageMagick];

    public override bool NeedsOverlap => true;

    public override async IAsyncEnumerable<ComparisonResult> MeasureAsync(
        BenchmarkContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!context.Available.Contains(Requirement.Pillow) || !context.Available.Contains(Requirement.VipsThumbnail))
        {
            // The first makes the pictures, and the second brings the library that ours needs.
            yield break;
        }

        string folder = context.Workshop.Open("pictures");
        await ShortCommand.RunAsync(Requirement.Python, [context.Workshop.Source("make_pictures.py"), folder, $"{Pictures}"], cancellationToken);
        yield return await MeasureQuickAsync(context, folder, cancellationToken);
        yield return await MeasureSlowAsync(context, folder, cancellationToken);
    }

    private static async Task<ComparisonResult> MeasureQuickAsync(BenchmarkContext context, string folder, CancellationToken cancellationToken)
    {
        Contender threads = Overlap(context, folder, "threads");
        Contender processes = Overlap(context, folder, "processes");
        Contender pillow = Contender(
            context, "Pillow, Pool(2)", "python3 pillow_pool.py DIR out 2", Requirement.Python, context.Workshop.Source("pillow_pool.py"), folder, "out", Workers);
        Contender vips = Contender(
            context, "vipsthumbnail", "vipsthumbnail -s '800x600>' -o out/%s.jpg[Q=75] FILES", ["vipsthumbnail", "-s", "800x600>", "-o", $"{context.Workshop.RunFolder}/out/%s.jpg[Q=75]", .. FilesOf(folder)]);
        return await context.Runner.RunAsync(
            new Comparison
            {
                Title = $"{Pictures} JPEGs of 2400 x 1600 to fit 800 x 600",
                Contenders = [threads, processes, pillow, vips],
                Ratios = [Metric.Process],
                Targets =
                [
                    Target.AtMostTimes(threads.Name, Metric.Process, 0.88, pillow.Name),
                    Target.AtMostTimes(processes.Name, Metric.Process, 0.95, pillow.Name),
                ],
                Note = "Quality 75 everywhere. Memory is that of the largest process. overlap refuses pictures that are damaged or cut off and writes each file beside its "
                    + "place; vipsthumbnail takes all threads for each picture in turn.",
            },
            cancellationToken);
    }

    private static async Task<ComparisonResult> MeasureSlowAsync(BenchmarkContext context, string folder, CancellationToken cancellationToken)
    {
        Contender processes = Overlap(context, folder, "processes");
        return await context.Runner.RunAsync(
            new Comparison
            {
                Title = $"{Pictures} JPEGs of 2400 x 1600 to fit 800 x 600, ImageMagick",
                Contenders = context.Only(
                    (null, processes),
                    (Requirement.Parallel, Contender(
                        context,
                        "GNU parallel, convert",
                        "parallel -j2 convert {} -thumbnail 800x600 -quality 75 out/{/} ::: FILES",
                        ["parallel", "--will-cite", "-j", Workers, "convert", "{}", "-thumbnail", "800x600", "-quality", "75", "out/{/}", ":::", .. FilesOf(folder)])),
                    (Requirement.ImageMagick, Contender(
                        context,
                        "mogrify",
                        "mogrify -path out -thumbnail 800x600 -quality 75 FILES",
                        ["mogrify", "-path", "out", "-thumbnail", "800x600", "-quality", "75", .. FilesOf(folder)]))),
                Ratios = [Metric.Process],
                MostRounds = 3,
            },
            cancellationToken);
    }

    private static CommandContender Overlap(BenchmarkContext context, string folder, string model) => Contender(
        context,
        $"overlap, {model}",
        $"overlap thumbnail -q DIR --out out --model {model} -j 2",
        context.Overlap, "thumbnail", "-q", folder, "--out", "out", "--model", model, "-j", Workers);

    private static CommandContender Contender(BenchmarkContext context, string name, string shown, params string[] command) => new()
    {
        Name = name,
        Shown = shown,
        Workshop = context.Workshop,
        Command = command,
        Expected = (Pictures, null),
    };

    private static IEnumerable<string> FilesOf(string folder) => Directory.GetFiles(folder).Order(StringComparer.Ordinal);
}
