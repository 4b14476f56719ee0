using System.CommandLine;
using System.Text;
using Overlap.Cli.Arguments;
using Overlap.Cli.Jobs;
using Overlap.Cli.Journals;
using Overlap.Cli.Rendering;
using Overlap.Timelines;

namespace Overlap.Cli.Commands;

/// <summary>Runs a job verb once, under one model: journal, output, progress, signals, exit code.</summary>
internal sealed class JobCommand(JobVerb verb, JobOptions options, Invocation invocation)
{
    private readonly ParseResult _values = invocation.Values;
    private readonly Terminal _terminal = invocation.Terminal;

    private string? JournalPath => _values.GetValue(options.JobLog);

    private bool Resumes => _values.GetValue(options.Resume);

    private bool RetriesFailed => _values.GetValue(options.RetryFailed);

    private bool IsQuiet => _values.GetValue(options.Quiet);

    private bool DataIsOurs => _values.GetValue(options.Json) || _values.GetValue(options.JsonLines) || _values.GetValue(options.Csv);

    private JournalUse JournalUse => (Resumes, RetriesFailed) switch
    {
        (true, _) => JournalUse.Resume,
        (_, true) => JournalUse.RetryFailed,
        _ => JournalUse.Anew,
    };

    public async Task<int> RunAsync()
    {
        RefuseContradictions();
        AttemptPolicy attempts = options.Attempts.Read(_values, verb.DefaultRetries);
        JobContext context = new(_terminal, Resumes);
        JobPlan plan = verb.CreatePlan(_values, attempts, context);
        string? timelinePath = _values.GetValue(options.Timeline);
        if (timelinePath is not null)
        {
            TimelineOutput.Check(timelinePath);
        }

        RunSettings settings = new()
        {
            Model = options.ModelOf(_values, verb.DefaultModel),
            Workers = _values.GetValue(options.Workers),
            KeepOrder = _values.GetValue(options.KeepOrder),
            Attempts = attempts,
            Halt = _values.GetValue(options.Halt) ?? HaltPolicy.Never,
            TimeProvider = _terminal.TimeProvider,
        };
        if (_values.GetValue(options.DryRun))
        {
            return await ListAsync(plan, settings with { Done = JournalPath is { } log && JournalUse != JournalUse.Anew ? Journal.ReadDone(log, JournalUse) : null });
        }

        using RunControl control = new(_terminal.TimeProvider);
        using SignalHandler signals = new(
            control, verb.GraceAfterInterrupt, () => _terminal.Messages.WriteLine($"overlap: {verb.InterruptMessage}"), verb.KillAll);
        using Journal? journal = JournalPath is { } path ? Journal.Open(path, plan.Name, plan.Template, JournalUse) : null;
        if (_values.GetValue(options.Deadline) is { } deadline)
        {
            control.StopAfter(deadline.Value);
        }

        OutputPipe output = new(_terminal.Output, control);
        using TimelineRecorder? recorder = CreateRecorder(isDrawn: timelinePath is not null);
        using IDisposable? steering = verb.OpenSteering(_values, context, control);
        RunReport report;
        using (ProgressDisplay? progress = IsQuiet ? null : new ProgressDisplay(_terminal, plan.Name, plan.ItemCount))
        {
            report = await plan.RunAsync(
                RunPlace.AsAsked,
                keep: true,
                settings with { Done = journal, Recorder = recorder },
                control,
                Listeners(plan, journal, output, progress, verb.CreateListener(_values, context, output, control, DataIsOurs)));
        }

        if (_values.GetValue(options.Json))
        {
            output.Write(ReportJson.Write(report));
        }

        if (timelinePath is not null)
        {
            TimelineOutput.Save(timelinePath, [report.Timeline!]);
        }

        Conclude(report);
        return report.ExitCode;
    }

    /// <summary>Records when there is something to draw, or when the figures need it to tell work from waiting.</summary>
    private TimelineRecorder? CreateRecorder(bool isDrawn) => (isDrawn, _values.GetValue(options.Json)) switch
    {
        (true, _) => new TimelineRecorder(_terminal.TimeProvider),
        (_, true) => new TimelineRecorder(_terminal.TimeProvider, RunSettings.MaxSpansForReport),
        _ => null,
    };

    private List<IItemListener> Listeners(JobPlan plan, Journal? journal, OutputPipe output, ProgressDisplay? progress, IItemListener? ofJob)
    {
        // What an item itself has to say comes first: were the journal before it, a kill between the two would lose it.
        List<IItemListener> listeners = ofJob is null ? [] : [ofJob];
        listeners.Add(new FailureLines(_terminal.Messages));

        // The journal before the output: what a reader has seen is never done again.
        if (journal is not null)
        {
            listeners.Add(journal);
        }

        if (_values.GetValue(options.JsonLines))
        {
            listeners.Add(new JsonLinesOutput(output));
        }

        if (_values.GetValue(options.Csv))
        {
            listeners.Add(new CsvOutput(output, plan.FieldNames));
        }

        if (progress is not null)
        {
            listeners.Add(progress);
        }

        return listeners;
    }

    private void RefuseContradictions()
    {
        int formats = (_values.GetValue(options.Json) ? 1 : 0) + (_values.GetValue(options.JsonLines) ? 1 : 0) + (_values.GetValue(options.Csv) ? 1 : 0);
        if (formats > 1)
        {
            throw new RunException(ExitCode.Usage, "--json, --jsonl and --csv: give one of them");
        }

        if (Resumes && RetriesFailed)
        {
            throw new RunException(ExitCode.Usage, "--resume and --retry-failed: give one of them (--resume does what failed again, and what is new)");
        }

        if (RetriesFailed && JournalPath is null)
        {
            throw new RunException(ExitCode.Usage, "--retry-failed needs the journal of the run whose failed items to do again: --joblog FILE");
        }

        if (Resumes && JournalPath is null && !verb.ResumesByItself)
        {
            throw new RunException(ExitCode.Usage, "--resume needs the journal of the run to go on with: --joblog FILE");
        }
    }

    private async Task<int> ListAsync(JobPlan plan, RunSettings settings)
    {
        using RunControl control = new(_terminal.TimeProvider);
        OutputPipe output = new(_terminal.Output, control);
        await foreach (string label in plan.ListAsync(settings, control.Starting))
        {
            output.Write(Encoding.UTF8.GetBytes(label + "\n"));
            if (control.Reason != StopReason.None)
            {
                break;
            }
        }

        return ExitCode.Success;
    }

    private void Conclude(RunReport report)
    {
        Messages messages = _terminal.Messages;
        string? why = report.Stop switch
        {
            StopReason.Halted => "halted by --halt",
            StopReason.Deadline => "the deadline has passed",
            StopReason.Interrupted => "interrupted",
            StopReason.Terminated => "asked to terminate",
            _ => null,
        };
        if (why is not null)
        {
            messages.WriteLine($"overlap: {why} after {Text.Count(report.Items, "item", "items")}");
        }

        if (report.Partial && why is not null)
        {
            messages.WriteLine(JournalPath is null && !verb.ResumesByItself
                ? "overlap: no journal was kept; with --joblog FILE a stopped run can be resumed"
                : $"overlap: to do the rest: {ResumeCommand.Of(invocation.Arguments, verb.EndsInCommand)}");
        }

        if (!IsQuiet && report.Stop != StopReason.OutputClosed)
        {
            messages.WriteLine(Summary.Of(report));
        }
    }
}
