using System.CommandLine;
using Overlap.Cli.Arguments;
using Overlap.Executors;

namespace Overlap.Cli.Commands;

/// <summary>The options that every job verb shares.</summary>
internal sealed class JobOptions
{
    /// <summary>More workers than this is a slip of the finger: each costs a thread or a connection.</summary>
    public const int MostWorkers = 100_000;

    public JobOptions(JobVerb verb)
    {
        Attempts = new AttemptOptions(verb.DefaultRetries, verb.TakesTimeoutOfMedian);
        string models = ModelName.ExpectedOf(verb.Models);
        Model = ValueOption.Create(
            "--model",
            "MODEL",
            $"{models} (default: {ModelName.Of(verb.DefaultModel)})",
            text => ModelName.TryParse(text) is { } name && verb.Models.Contains(name.Model) ? name : null,
            $"a model: {models}").Offering(ModelName.WordsOf(verb.Models));
        Groups =
        [
            new OptionGroup("How it runs", [Model, Workers, .. Attempts.All, Deadline, Halt]),
            new OptionGroup("Journal", JobLog, Resume, RetryFailed, DryRun),
            new OptionGroup("Output", Json, JsonLines, Csv, KeepOrder, Timeline, Quiet, Color),
        ];
    }

    public IReadOnlyList<OptionGroup> Groups { get; }

    public AttemptOptions Attempts { get; }

    public Option<ModelName?> Model { get; }

    public Option<WorkerCount?> Workers { get; } = CreateWorkers("items at the same time; auto: as many as the work bears (default: what suits job and model)");

    public Option<Duration?> Deadline { get; } = ValueOption.Create(
        "--deadline", "T", "the longest that the whole run may take; then exit code 124", AttemptOptions.Positive, Duration.Expected);

    public Option<HaltPolicy?> Halt { get; } = ValueOption.Create(
        "--halt", "POLICY", "give up early: now,fail=1  soon,fail=10%  soon,success=1 … (default: never)", HaltPolicy.TryParse, HaltPolicy.Expected).Offering(HaltPolicy.Words);

    public Option<string?> JobLog { get; } = new("--joblog")
    {
        HelpName = "FILE",
        Description = "a line for every item that ended: GNU parallel's columns, or JSON lines if FILE ends in .jsonl",
    };

    public Option<bool> Resume { get; } = new("--resume") { Description = "do only what the journal does not show as done" };

    public Option<bool> RetryFailed { get; } = new("--retry-failed") { Description = "do only what the journal shows as failed, and not as done since" };

    public Option<bool> DryRun { get; } = new("--dry-run") { Description = "print the items and do nothing" };

    public Option<bool> Json { get; } = new("--json") { Description = "print one JSON object with the figures of the run" };

    public Option<bool> JsonLines { get; } = new("--jsonl") { Description = "print one JSON object per item, as it ends" };

    public Option<bool> Csv { get; } = new("--csv") { Description = "print one CSV line per item, as it ends" };

    public Option<bool> KeepOrder { get; } = new("--keep-order", "-k") { Description = "print items in the order of the input" };

    public Option<string?> Timeline { get; } = CreateTimeline("record who did what when; FILE ends in .json (to be drawn by overlap timeline), .svg, .html or .trace.json");

    public Option<bool> Quiet { get; } = CreateQuiet();

    public Option<ColorMode?> Color { get; } = CreateColor();

    public ExecutionModel ModelOf(ParseResult values, ExecutionModel byDefault) => values.GetValue(Model)?.Model ?? byDefault;

    public static Option<WorkerCount?> CreateWorkers(string description) =>
        ValueOption.Create("--workers", "N", description, WorkerCount.Parser(MostWorkers), WorkerCount.Expected(MostWorkers), "-j").Offering(WorkerCount.AutoName);

    public static Option<string?> CreateTimeline(string description) => new("--timeline") { HelpName = "FILE", Description = description };

    public static Option<bool> CreateQuiet() => new("--quiet", "-q") { Description = "no progress and no summary; errors only" };

    public static Option<ColorMode?> CreateColor() =>
        ValueOption.Create("--color", "WHEN", "auto, always or never; NO_COLOR is honoured (default: auto)", ColorMode.TryParse, ColorMode.Expected).Offering(ColorMode.Words);
}
