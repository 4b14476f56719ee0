using System.CommandLine;
using System.Text;
using Overlap.Cli.Arguments;
using Overlap.Cli.Comparisons;
using Overlap.Cli.Jobs;
using Overlap.Cli.Rendering;
using Overlap.Timelines;

namespace Overlap.Cli.Commands;

/// <summary><c>overlap compare</c>: a job under every model.</summary>
internal sealed class CompareCommand(IReadOnlyList<JobVerb> jobs) : Verb, ITakesJob
{
    private const int MostRuns = 1_000;

    // What compare runs when no job is named: one that waits and one that computes.
    private static readonly string[] Classics = ["pages", "fib"];

    private readonly Option<ModelList?> _models = ValueOption.Create(
        "--models", "LIST", "some of inline,threads,async,processes, in this order (default: all that the job knows)", ModelList.TryParse, "a list of models such as inline,threads,processes").Offering("inline", "threads", "async", "processes");

    private readonly Option<Count?> _runs = ValueOption.Number(
        "--runs", "N", "measured runs of each model, after one that is not measured (default: 1, unmeasured none)", 1, MostRuns);

    private readonly Option<WorkerCount?> _workers = JobOptions.CreateWorkers("items at the same time, for every model but inline; auto: as many as the work bears");

    private readonly AttemptOptions _attempts = new(defaultRetries: null);

    private readonly Option<Duration?> _deadline = ValueOption.Create(
        "--deadline", "T", "the longest that the whole comparison may take; then exit code 124", AttemptOptions.Positive, Duration.Expected);

    private readonly Option<bool> _json = new("--json") { Description = "print one JSON object with all figures and the verdict" };

    private readonly Option<string?> _timeline = JobOptions.CreateTimeline(
        "record who did what when under each model; FILE ends in .html, .svg, .json, .trace.json or .txt");

    private readonly Option<bool> _quiet = JobOptions.CreateQuiet();

    private readonly Option<ColorMode?> _color = JobOptions.CreateColor();

    public override string Name => "compare";

    public override string Summary => "run a job under every model: times, picture, verdict";

    public override string Description => """
        Does the same work inline, on threads, as asynchronous calls and in worker processes, each run anew.
        Prints a table of what each took, draws work against waiting, and says which model to use, and why.
        JOB is any job with its own options; without one, the two classics pages and fib (half a minute).
        """;

    public override IReadOnlyList<(string Command, string Meaning)> Examples { get; } =
    [
        ("overlap compare", "what waits and what computes, side by side"),
        ("overlap compare pages --count 40 --runs 3", "one job, three runs of each model"),
        ("overlap compare fib --models inline,threads", "only these models"),
        ("overlap compare pages --timeline pages.html", "the picture as a page to zoom in"),
    ];

    public override IReadOnlyList<OptionGroup> Groups =>
    [
        new OptionGroup("The comparison", [_models, _runs, _workers, .. _attempts.All, _deadline]),
        new OptionGroup("Output", _json, _timeline, _quiet, _color),
    ];

    public string JobUsage => "[JOB]";

    public IReadOnlyList<string> NameJob(IReadOnlyList<string> words) => words;

    public override async Task<int> RunAsync(Invocation invocation)
    {
        ParseResult values = invocation.Values;
        Terminal terminal = invocation.Terminal;
        string? timelinePath = values.GetValue(_timeline);
        if (timelinePath is not null)
        {
            TimelineOutput.Check(timelinePath);
        }

        using RunControl control = new(terminal.TimeProvider);
        using SignalHandler signals = new(control, RunControl.Grace, OnFirst, OnLast);
        void OnFirst() => terminal.Messages.WriteLine("overlap: stopping; press Ctrl-C again to end at once");
        void OnLast()
        {
            foreach (JobVerb job in jobs)
            {
                job.KillAll();
            }
        }


        if (values.GetValue(_deadline) is { } deadline)
        {
            control.StopAfter(deadline.Value);
        }

        OutputPipe output = new(terminal.Output, control);
        bool json = values.GetValue(_json);
        List<Comparison> comparisons = [];
        foreach (JobVerb job in JobsOf(values))
        {
            Comparison comparison = await CompareAsync(job, values, terminal, control);
            comparisons.Add(comparison);
            if (!json)
            {
                Print(comparison, comparisons.Count > 1, output, terminal, values.GetValue(_color));
            }

            if (control.Reason != StopReason.None)
            {
                break;
            }
        }

        if (json)
        {
            output.Write(ComparisonJson.Write(comparisons));
        }

        if (timelinePath is not null)
        {
            TimelineOutput.Save(timelinePath, [.. comparisons.SelectMany(static comparison => comparison.Rows).Select(static row => row.Fastest.Timeline).OfType<Timeline>()]);
        }

        return ExitCodeOf(comparisons, control.Reason);
    }

    private static void Print(Comparison comparison, bool isLater, OutputPipe output, Terminal terminal, ColorMode? color)
    {
        string text = ComparisonText.Of(comparison, terminal.OutputInk(color), terminal.Width);
        output.Write(Encoding.UTF8.GetBytes(isLater ? "\n" + text : text));
    }

    private static int ExitCodeOf(List<Comparison> comparisons, StopReason reason) => reason switch
    {
        StopReason.Deadline => ExitCode.Deadline,
        StopReason.Interrupted => ExitCode.Interrupted,
        StopReason.Terminated => ExitCode.Terminated,
        StopReason.OutputClosed => ExitCode.OutputClosed,
        _ => comparisons.Any(static comparison => comparison.Rows.Any(static row => row.Fastest.Failed > 0)) ? ExitCode.SomeFailed : ExitCode.Success,
    };

    private IEnumerable<JobVerb> JobsOf(ParseResult values)
    {
        string named = values.CommandResult.Command.Name;
        return named == Name ? jobs.Where(static job => Classics.Contains(job.Name)) : jobs.Where(job => job.Name == named);
    }

    private async Task<Comparison> CompareAsync(JobVerb job, ParseResult values, Terminal terminal, RunControl control)
    {
        AttemptPolicy attempts = _attempts.Read(values, job.DefaultRetries);
        ComparisonSettings settings = new()
        {
            Models = values.GetValue(_models)?.Models,
            Runs = values.GetValue(_runs)?.Value ?? 1,
            Workers = values.GetValue(_workers),
            Attempts = attempts,
        };
        JobPlan plan = job.CreatePlan(values, attempts, new JobContext(terminal, Resume: false));
        return await new Comparer(plan, settings, control, terminal, values.GetValue(_quiet)).RunAsync();
    }
}
