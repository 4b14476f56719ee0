using Overlap.Advice;
using Overlap.Advice.Probing;
using Overlap.Cli.Arguments;
using Overlap.Cli.Jobs;
using Overlap.Cli.Rendering;
using Overlap.Executors;
using Overlap.Timelines;

namespace Overlap.Cli.Comparisons;

/// <summary>Runs one job under every model in turn and judges what it took.</summary>
/// <remarks>Every run does the whole work in a place of its own; what the last one made is kept.</remarks>
internal sealed class Comparer(JobPlan plan, ComparisonSettings settings, RunControl control, Terminal terminal, bool isQuiet)
{
    public async Task<Comparison> RunAsync()
    {
        ExecutionModel[] models = [.. (settings.Models ?? plan.Models).Where(plan.Models.Contains)];
        if (models.Length == 0)
        {
            throw new RunException(ExitCode.Usage, $"{plan.Name} knows none of these models; it knows {string.Join(", ", plan.Models.Select(ModelName.Of))}");
        }

        MachineLoad load = MachineLoad.Start();
        List<ComparisonRow> rows = [];
        foreach (ExecutionModel model in models)
        {
            if (await MeasureAsync(model, isLast: model == models[^1]) is { } row)
            {
                rows.Add(row);
            }

            if (control.Reason != StopReason.None)
            {
                break;
            }
        }

        return new Comparison
        {
            Job = plan.Name,
            Rows = [.. rows],
            Verdict = rows.Count == 0 ? null : Judge(rows, load.ForeignShare()),
        };
    }

    /// <summary>Gives the model's runs, or <see langword="null"/> when none came to its end.</summary>
    private async Task<ComparisonRow?> MeasureAsync(ExecutionModel model, bool isLast)
    {
        if (settings.Runs > 1)
        {
            await RunAsync(model, "warm-up", keep: false, recorder: null);
        }

        List<TimeSpan> walls = [];
        RunReport? fastest = null;
        for (int run = 1; run <= settings.Runs && control.Reason == StopReason.None; run++)
        {
            using TimelineRecorder recorder = new(terminal.TimeProvider, RunSettings.MaxSpansForComparison);
            RunReport report = await RunAsync(model, settings.Runs == 1 ? "" : $"run {run} of {settings.Runs}", isLast && run == settings.Runs, recorder);
            if (report.Partial)
            {
                break;
            }

            walls.Add(report.Wall);
            fastest = fastest is null || report.Wall < fastest.Wall ? report : fastest;
        }

        return fastest is null ? null : new ComparisonRow(fastest, [.. walls]);
    }

    private async Task<RunReport> RunAsync(ExecutionModel model, string occasion, bool keep, TimelineRecorder? recorder)
    {
        // A run leaves what it allocated behind: the next model must not pay for its collection.
        GC.Collect();
        string title = occasion.Length == 0 ? $"{plan.Name}, {ModelName.Of(model)}" : $"{plan.Name}, {ModelName.Of(model)}, {occasion}";
        using ProgressDisplay? progress = isQuiet ? null : new ProgressDisplay(terminal, title, plan.ItemCount);
        List<IItemListener> listeners = [new FailureLines(terminal.Messages, $"{ModelName.Of(model)}: ")];
        if (progress is not null)
        {
            listeners.Add(progress);
        }

        RunSettings run = new()
        {
            Model = model,
            Workers = settings.Workers,
            Attempts = settings.Attempts,
            Recorder = recorder,
            TimeProvider = terminal.TimeProvider,
        };
        string name = occasion.Length == 0 ? ModelName.Of(model) : $"{ModelName.Of(model)}-{occasion.Replace(' ', '-')}";
        return await plan.RunAsync(new RunPlace(name), keep, run, control, listeners);
    }

    private Verdict Judge(List<ComparisonRow> rows, double? foreignLoad) => Advisor.Judge(new Measurement
    {
        Job = plan.Name,
        Items = rows.Max(static row => row.Fastest.Items),
        Cores = Environment.ProcessorCount,
        ForeignLoad = foreignLoad,
        Models = [.. rows.Select(static row => new ModelMeasurement
        {
            Model = row.Fastest.Model,
            Workers = row.Fastest.Workers,
            Walls = row.Walls,
            Cpu = row.Fastest.Cpu,
            ItemTime = row.Fastest.ItemTime,
            WaitShare = row.Fastest.WaitShare,
            Failed = row.Fastest.Failed,
            LimitedBy = row.Fastest.LimitReached,
        })],
    });
}
