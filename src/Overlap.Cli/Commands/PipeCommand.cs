using System.CommandLine;
using System.Text;
using Overlap.Cli.Arguments;
using Overlap.Cli.Jobs;
using Overlap.Cli.Pipes;
using Overlap.Cli.Rendering;
using Overlap.Timelines;

namespace Overlap.Cli.Commands;

/// <summary><c>overlap pipe</c>: shows which stage holds a pipeline up, before and after it is given workers.</summary>
internal sealed class PipeCommand : Verb
{
    private const int DefaultCount = 100;
    private const int DefaultWorkers = 4;
    private const int DefaultCapacity = 16;

    // Numbers whose squares are exact, and queues that fit into memory.
    private const int MostItems = 100_000_000;
    private const int MostCapacity = 1_000_000;

    private static readonly TimeSpan DefaultProduce = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan DefaultWork = TimeSpan.FromMilliseconds(20);

    private readonly Option<Count?> _count = ValueOption.Number("--count", "N", $"the numbers to square (default: {DefaultCount})", 1, MostItems);

    private readonly Option<Duration?> _produce = ValueOption.Create(
        "--produce", "T", "how long the generator takes for one (default: 1ms)", Duration.TryParse, Duration.Expected);

    private readonly Option<Duration?> _work = ValueOption.Create(
        "--work", "T", "how long it takes to square one (default: 20ms)", Duration.TryParse, Duration.Expected);

    private readonly Option<Count?> _workers = ValueOption.Number(
        "--workers", "N", $"squares at the same time in the second run (default: {DefaultWorkers})", 1, JobOptions.MostWorkers, "-j");

    private readonly Option<Count?> _capacity = ValueOption.Number(
        "--capacity", "N", $"the most items that a stage holds for the next (default: {DefaultCapacity})", 1, MostCapacity);

    private readonly Option<string?> _timeline = JobOptions.CreateTimeline(
        "record both runs, a lane for each worker of a stage; FILE ends in .json (to be drawn by overlap timeline), .svg, .html or .trace.json");

    private readonly Option<bool> _json = new("--json") { Description = "print one JSON object with the figures of both runs" };

    private readonly Option<bool> _quiet = JobOptions.CreateQuiet();

    private readonly Option<ColorMode?> _color = JobOptions.CreateColor();

    public override string Name => "pipe";

    public override string Summary => "show which stage of a pipeline holds the others up, before and after it gets workers";

    public override string Description => """
        A fast generator, a slow square and a printer, with a short queue between each two of them.
        It runs twice: first one worker squares, then several do. The picture shows what fills up, who waits and for whom.
        """;

    public override IReadOnlyList<(string Command, string Meaning)> Examples { get; } =
    [
        ("overlap pipe", "the classic: one worker, then four"),
        ("overlap pipe --workers 16", "so many that the generator becomes the bottleneck"),
        ("overlap pipe --produce 30ms", "a slow generator: workers do not help"),
        ("overlap pipe --timeline pipe.html", "both runs as a page to zoom in"),
    ];

    public override IReadOnlyList<OptionGroup> Groups =>
    [
        new OptionGroup("The pipeline", _count, _produce, _work, _workers, _capacity),
        new OptionGroup("Output", _timeline, _json, _quiet, _color),
    ];

    public override async Task<int> RunAsync(Invocation invocation)
    {
        ParseResult values = invocation.Values;
        Terminal terminal = invocation.Terminal;
        PipeSettings settings = new(
            values.GetValue(_count)?.Value ?? DefaultCount,
            values.GetValue(_produce)?.Value ?? DefaultProduce,
            values.GetValue(_work)?.Value ?? DefaultWork,
            values.GetValue(_capacity)?.Value ?? DefaultCapacity);
        string? timeline = values.GetValue(_timeline);
        if (timeline is not null)
        {
            TimelineOutput.Check(timeline);
        }

        bool shows = terminal.CanRedraw && !values.GetValue(_quiet);
        ColorMode? color = values.GetValue(_color);

        using RunControl control = new(terminal.TimeProvider);
        using SignalHandler signals = new(control, RunControl.Grace, static () => { });
        List<PipeResult> runs = [];
        foreach (int workers in (int[])[1, values.GetValue(_workers)?.Value ?? DefaultWorkers])
        {
            using TimelineRecorder? recorder = timeline is null ? null : new TimelineRecorder(terminal.TimeProvider);
            PipeRun run = new(settings, workers, terminal.TimeProvider, recorder);
            using (shows ? new PipeDisplay(run, terminal, terminal.ErrorInk(color)) : null)
            {
                runs.Add(await run.RunAsync(control));
            }

            if (control.Reason != StopReason.None)
            {
                break;
            }
        }

        if (timeline is not null)
        {
            TimelineOutput.Save(timeline, [.. runs.Select(static run => run.Timeline).OfType<Timeline>()]);
        }

        byte[] result = values.GetValue(_json)
            ? PipeJson.Write(settings, runs)
            : Encoding.UTF8.GetBytes(PipeText.Of(settings, runs, terminal.OutputInk(color), terminal.Width));
        terminal.Output.Write(result);
        return control.Reason switch
        {
            StopReason.None => ExitCode.Success,
            StopReason.Terminated => ExitCode.Terminated,
            _ => ExitCode.Interrupted,
        };
    }
}
