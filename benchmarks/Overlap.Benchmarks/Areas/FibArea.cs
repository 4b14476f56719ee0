using System.Runtime.CompilerServices;
using Overlap.Benchmarks.Commands;
using Overlap.Benchmarks.Measuring;

namespace Overlap.Benchmarks.Areas;

/// <summary>The computing classic: fib(35), twenty times, by the naive recursion.</summary>
internal sealed class FibArea : BenchmarkArea
{
    private const int Times = 20;
    private const string Called = "-DCALLED";

    public override string Name => "fib";

    public override string Summary => "fib(35) twenty times: threads against inline, and both against C";

    public override IReadOnlyList<Requirement> Requirements => [Requirement.Gcc, Requirement.LibC];

    public override bool NeedsOverlap => true;

    public override async IAsyncEnumerable<ComparisonResult> MeasureAsync(
        BenchmarkContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int cores = Environment.ProcessorCount;
        Contender threads = Overlap(context, "threads", cores);
        Contender inline = Overlap(context, "inline", 1);
        string called = await context.Workshop.CompileAsync("fib.c", cancellationToken, Called);
        string inlined = await context.Workshop.CompileAsync("fib.c", cancellationToken);
        Contender c = C(context, called, cores, Called);
        yield return await context.Runner.RunAsync(
            new Comparison
            {
                Title = "fib(35), twenty times",
                Contenders = [threads, inline, c, C(context, called, 1, Called), C(context, inlined, cores), C(context, inlined, 1)],
                Ratios = [Metric.InProgram, Metric.Process],
                Targets =
                [
                    Target.SpeedUp(threads.Name, Metric.InProgram, 1.9, inline.Name),
                    Target.AtMostTimes(threads.Name, Metric.InProgram, 1.5, c.Name),
                ],
                Note = "C is compiled with gcc -O2. With -DCALLED the recursion is not inlined into itself; without, gcc removes most of the calls, "
                    + "which no just-in-time compiler does: a limit, not a peer.",
            },
            cancellationToken);
    }

    private static CommandContender Overlap(BenchmarkContext context, string model, int workers)
    {
        string[] options = ["fib", "--n", "35", "--times", $"{Times}", "--model", model, "--workers", $"{workers}", "--json", "--quiet"];
        return new CommandContender
        {
            Name = workers == 1 ? $"overlap, {model}" : $"overlap, {model} {workers}",
            Shown = $"overlap {string.Join(' ', options)}",
            Workshop = context.Workshop,
            Command = [context.Overlap, .. options],
            SecondsMember = "wallSeconds",
            ItemsMember = "succeeded",
            ExpectedItems = Times,
        };
    }

    private static CommandContender C(BenchmarkContext context, string program, int threads, string? option = null) => new()
    {
        Name = $"C{(option is null ? " inlined" : "")}, {(threads == 1 ? "1 thread" : $"{threads} pthreads")}",
        Shown = $"gcc -O2 -pthread {(option is null ? "" : $"{option} ")}benchmarks/peers/fib.c && ./a.out 35 {Times} {threads}",
        Workshop = context.Workshop,
        Command = [program, "35", $"{Times}", $"{threads}"],
        SecondsMember = "seconds",
        ItemsMember = "items",
        ExpectedItems = Times,
    };
}
