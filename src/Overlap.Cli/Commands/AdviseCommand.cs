using System.CommandLine;
using System.Text;
using Overlap.Advice;
using Overlap.Advice.Drawing;
using Overlap.Cli.Advising;
using Overlap.Cli.Arguments;
using Overlap.Cli.Jobs;
using Overlap.Cli.Rendering;

namespace Overlap.Cli.Commands;

/// <summary><c>overlap advise</c>: which model and how many workers, measured.</summary>
internal sealed class AdviseCommand(IReadOnlyList<JobVerb> jobs) : Verb, ITakesJob
{
    private const int MostWorkers = 10_000;
    private const string CommandJob = "run";

    private static readonly AdviceOptions Defaults = new();

    private readonly Option<Budget?> _budget = ValueOption.Create(
        "--budget", "T", "how long measuring may take: a time, or a part of what one worker would need such as 10% (default: 10s)", Budget.TryParse, Budget.Expected);

    private readonly Option<Count?> _most = ValueOption.Number(
        "--max-workers", "N", $"the most items at the same time that are tried (default: {Defaults.MostWorkers})", 1, MostWorkers);

    private readonly Option<bool> _repeat = new("--repeat") { Description = "of a command: items may be done again when they run out" };

    private readonly AttemptOptions _attempts = new(defaultRetries: null);

    private readonly Option<bool> _json = new("--json") { Description = "print one JSON object with all figures and sentences" };

    private readonly Option<string?> _curve = new("--curve") { HelpName = "FILE", Description = "draw the measured curve with the law that was fitted; FILE ends in .svg" };

    private readonly Option<bool> _quiet = JobOptions.CreateQuiet();

    private readonly Option<ColorMode?> _color = JobOptions.CreateColor();

    public override string Name => "advise";

    public override string Summary => "measure a sample: which model, how many at a time, and is it worth it";

    public override string Description => """
        Does some of the items for real: one after the other first, then more and more at a time, for ten seconds at most.
        Prints a recommendation and what it stands on. A command's items that were done are done; of a job's own nothing stays behind.
        """;

    public override IReadOnlyList<(string Command, string Meaning)> Examples { get; } =
    [
        ("overlap advise pages", "one job with its own options"),
        ("overlap advise fetch -i urls.txt --budget 30s", "a list of yours; what is downloaded is thrown away"),
        ("overlap advise -- gzip -k {} ::: *.log", "any command over many inputs; each is done once at the most"),
        ("overlap advise --json fib | jq .workers", "for a script"),
    ];

    public override IReadOnlyList<OptionGroup> Groups =>
    [
        new OptionGroup("The advice", [_budget, _most, _repeat, .. _attempts.All]),
        new OptionGroup("Output", _json, _curve, _quiet, _color),
    ];

    public string JobUsage => "JOB | -- COMMAND [WORD …] [::: ITEM …]";

    /// <inheritdoc/>
    /// <remarks>A command is what <c>run</c> runs: its name may be left out.</remarks>
    public IReadOnlyList<string> NameJob(IReadOnlyList<string> words) =>
        words is [string first, ..] && jobs.Any(job => job.Name == first) ? words
        : words.Any(static word => word is "--" or ":::") ? [CommandJob, .. words]
        : words;

    public override async Task<int> RunAsync(Invocation invocation)
    {
        ParseResult values = invocation.Values;
        Terminal terminal = invocation.Terminal;
        string named = values.CommandResult.Command.Name;
        JobVerb job = jobs.FirstOrDefault(job => job.Name == named)
            ?? throw new RunException(ExitCode.Usage, $"advise what? Name a job ({string.Join(", ", jobs.Select(static job => job.Name))}), or a command: overlap advise -- COMMAND {{}} ::: ITEM …");
        string? curve = values.GetValue(_curve);
        if (curve is not null && !curve.EndsWith(".svg", StringComparison.OrdinalIgnoreCase))
        {
            throw new RunException(ExitCode.Usage, $"'{curve}' does not end in .svg");
        }

        using RunControl control = new(terminal.TimeProvider);
        using SignalHandler signals = new(control, RunControl.Grace, () => terminal.Messages.WriteLine("overlap: stopping; press Ctrl-C again to end at once"), job.KillAll);
        Recommendation? advice = await MeasureAsync(job, values, terminal, control);
        if (advice is null)
        {
            return control.Reason == StopReason.Terminated ? ExitCode.Terminated : ExitCode.Interrupted;
        }

        OutputPipe output = new(terminal.Output, control);
        output.Write(values.GetValue(_json)
            ? AdviceJson.Write(advice)
            : Encoding.UTF8.GetBytes(AdviceText.Of(advice, job.EndsInCommand, terminal.OutputInk(values.GetValue(_color)), terminal.Width)));
        if (curve is not null)
        {
            Save(curve, advice);
        }

        return control.Reason == StopReason.OutputClosed ? ExitCode.OutputClosed : ExitCode.Success;
    }

    /// <summary>Measures; gives <see langword="null"/> when the user has stopped it.</summary>
    private async Task<Recommendation?> MeasureAsync(JobVerb job, ParseResult values, Terminal terminal, RunControl control)
    {
        await using ReplayedInput input = new(terminal.Input);
        AttemptPolicy attempts = _attempts.Read(values, job.DefaultRetries);
        JobPlan plan = job.CreatePlan(values, attempts, new JobContext(terminal, Resume: false) { Input = input });
        ProbeSettings settings = new()
        {
            MayRepeat = !job.LeavesTraces || values.GetValue(_repeat),
            IsCommand = job.EndsInCommand,
            Attempts = attempts,
            BeforeRun = input.Rewind,
        };
        Budget? budget = values.GetValue(_budget);
        using AdviceProgress? progress = values.GetValue(_quiet) ? null : new AdviceProgress(terminal, plan.Name, budget);
        AdviceOptions options = new()
        {
            // A part of the job is measured in minutes at the most, however long the job.
            Budget = budget?.Time ?? (budget is null ? Defaults.Budget : AdviceProgress.LongestShare),
            BudgetShare = budget?.Share,
            MostWorkers = values.GetValue(_most)?.Value ?? Defaults.MostWorkers,
            Progress = progress,
            TimeProvider = terminal.TimeProvider,
        };
        try
        {
            return await Advisor.MeasureAsync(new JobProbe(plan, settings, terminal), options, control.Starting);
        }
        catch (OperationCanceledException) when (control.Starting.IsCancellationRequested)
        {
            return null;
        }
        catch (ProbeFailedException exception)
        {
            throw new RunException(exception.Failed > 0 ? ExitCode.SomeFailed : ExitCode.Usage, InMidSentence(exception.Message), exception);
        }
    }

    private static string InMidSentence(string message) => char.ToLowerInvariant(message[0]) + message[1..].TrimEnd('.');

    private static void Save(string path, Recommendation advice)
    {
        try
        {
            File.WriteAllText(path, ScalingSvg.Draw(advice));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw RunException.File("cannot write the curve", path, exception);
        }
    }
}
