using System.Globalization;
using System.Runtime.CompilerServices;
using Overlap.Benchmarks.Commands;
using Overlap.Benchmarks.Measuring;

namespace Overlap.Benchmarks.Areas;

/// <summary>What a runner of commands costs besides the commands: time for each, and memory for many.</summary>
internal sealed class RunArea : BenchmarkArea
{
    private const int Commands = 2_000;
    private const int Lines = 200;
    private const int LinesEach = 100;
    private const int Few = 2_000;
    private const int Many = 50_000;
    private const double MemoryLimit = 100;

    // Two at a time: what the machine has processors for.
    private const string Workers = "2";

    public override string Name => "run";

    public override string Summary => "2,000 commands that do nothing, and many that do less: run against GNU parallel, xargs -P";

    public override IReadOnlyList<Requirement> Requirements => [Requirement.Gcc, Requirement.LibC, Requirement.Parallel, Requirement.Xargs];

    public override bool NeedsOverlap => true;

    public override async IAsyncEnumerable<ComparisonResult> MeasureAsync(
        BenchmarkContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return await MeasureOverheadAsync(context, cancellationToken);
        yield return await MeasureOutputAsync(context, cancellationToken);
        yield return await MeasureMemoryAsync(context, cancellationToken);
    }

    private static async Task<ComparisonResult> MeasureOverheadAsync(BenchmarkContext context, CancellationToken cancellationToken)
    {
        string list = ListOf(context, Commands);
        Contender overlap = OverlapRun(context, "overlap run", list, "true");
        Contender report = OverlapReport(context, "overlap run --json", list, Commands, "true");
        Contender xargs = Peer(context, "xargs -P", "xargs", "-a", list, "-P", Workers, "-n", "1", "true");
        Contender parallel = Peer(context, "GNU parallel", "parallel", "--will-cite", "-a", list, "-j", Workers, "true");
        return await context.Runner.RunAsync(
            new Comparison
            {
                Title = $"true, {Commands:N0} times, 2 at a time",
                Contenders = context.Only((null, overlap), (null, report), (Requirement.Xargs, xargs), (Requirement.Parallel, parallel)),
                Ratios = [Metric.Process],
                Targets =
                [
                    Target.AtMostTimes(overlap.Name, Metric.Process, 0.25, parallel.Name),
                    Target.AtMostTimes(overlap.Name, Metric.Process, 1.3, xargs.Name),
                ],
                Note = "CPU is that of the commands too, nearly all of it in overlap's and xargs' rows. xargs lets outputs mix; the others keep each command's together. "
                    + "Asked for a report, overlap records what each command did.",
            },
            cancellationToken);
    }

    private static async Task<ComparisonResult> MeasureOutputAsync(BenchmarkContext context, CancellationToken cancellationToken)
    {
        string list = ListOf(context, Lines);
        string each = LinesEach.ToString(CultureInfo.InvariantCulture);
        Contender overlap = OverlapRun(context, "overlap run -k", list, "-k", "seq", each, "{}00");
        return await context.Runner.RunAsync(
            new Comparison
            {
                Title = $"seq of about 10,000 lines, {Lines} times, 2 at a time, outputs kept apart and in order",
                Contenders = context.Only(
                    (null, overlap),
                    (Requirement.Parallel, Peer(context, "GNU parallel -k", "parallel", "--will-cite", "-k", "-a", list, "-j", Workers, "seq", each, "{}00"))),
                Ratios = [Metric.Process],
            },
            cancellationToken);
    }

    private static async Task<ComparisonResult> MeasureMemoryAsync(BenchmarkContext context, CancellationToken cancellationToken)
    {
        string nothing = await context.Workshop.CompileAsync("nothing.c", cancellationToken, "-static", "-nostdlib", "-ffreestanding");
        Contender many = OverlapReport(context, $"{Many:N0} items", ListOf(context, Many), Many, nothing);
        Contender few = OverlapReport(context, $"{Few:N0} items", ListOf(context, Few), Few, nothing);
        return await context.Runner.RunAsync(
            new Comparison
            {
                Title = "memory, the smallest program there is",
                Contenders = [many, few],
                Ratios = [Metric.Memory],
                Targets = [Target.AtMost(many.Name, Metric.Memory, MemoryLimit)],
            },
            cancellationToken);
    }

    private static CommandContender OverlapRun(BenchmarkContext context, string name, string list, params string[] words) =>
        Overlap(context, name, list, null, words);

    // It tells how many commands succeeded; what the others know of that is their exit code.
    private static CommandContender OverlapReport(BenchmarkContext context, string name, string list, int items, params string[] words) =>
        Overlap(context, name, list, items, words);

    private static CommandContender Overlap(BenchmarkContext context, string name, string list, int? reported, string[] words)
    {
        string[] options = reported is null ? ["run", "-q"] : ["run", "-q", "--json"];
        return new CommandContender
        {
            Name = name,
            Shown = string.Join(' ', ["overlap", .. options, "-i", "LIST", "-j", Workers, .. words.Select(static word => word.StartsWith('/') ? Path.GetFileName(word) : word)]),
            Workshop = context.Workshop,
            Command = [context.Overlap, .. options, "-i", list, "-j", Workers, .. words],
            SecondsMember = reported is null ? null : "wallSeconds",
            ItemsMember = reported is null ? null : "succeeded",
            ExpectedItems = reported ?? 0,
        };
    }

    private static CommandContender Peer(BenchmarkContext context, string name, params string[] command) =>
        new()
        {
            Name = name,
            Shown = string.Join(' ', command.Select(static word => word.StartsWith('/') ? "LIST" : word)),
            Workshop = context.Workshop,
            Command = command,
        };

    private static string ListOf(BenchmarkContext context, int count) => context.Workshop.Write(
        $"items-{count}", Enumerable.Range(1, count).Select(static number => number.ToString(CultureInfo.InvariantCulture)));
}
