using System.Collections.Immutable;
using Overlap.Advice.Probing;
using Overlap.Cli.Jobs;
using Overlap.Cli.Rendering;
using Overlap.Executors;
using Overlap.Timelines;

namespace Overlap.Cli.Advising;

/// <summary>Runs parts of a job, each in a place of its own, which is thrown away.</summary>
/// <param name="plan">The job.</param>
/// <param name="settings">How it is probed.</param>
/// <param name="terminal">The clock.</param>
internal sealed class JobProbe(JobPlan plan, ProbeSettings settings, Terminal terminal) : IProbe
{
    // Where so many items are left for each worker, none needs to be done again.
    private const int EnoughForEach = 4;

    private long _begun;

    // Known when they have come to their end.
    private long? _all;
    private int _runs;

    public string Job => plan.Name;

    public long? Items => plan.ItemCount ?? _all;

    public long? ItemsToTry => settings.MayRepeat ? null : plan.ItemCount;

    public ExecutionModel? Natural => null;

    /// <summary>A command is a process already: what runs it is one model, with one at a time or with more.</summary>
    public IReadOnlyList<ProbeModel> Models { get; } = settings.IsCommand
        ? [new ProbeModel(ExecutionModel.Async)]
        :
        [
            .. plan.Models.Select(static model => new ProbeModel(model, model == ExecutionModel.Processes ? 2 * Environment.ProcessorCount : int.MaxValue)),
        ];

    public async Task<ProbeRun> RunAsync(ProbeOrder order, CancellationToken cancellationToken)
    {
        if (order.Pause > TimeSpan.Zero)
        {
            await Task.Delay(order.Pause, terminal.TimeProvider, cancellationToken);
        }

        settings.BeforeRun();
        long origin = terminal.TimeProvider.GetTimestamp();
        using TimelineRecorder recorder = new(terminal.TimeProvider, RunSettings.MaxSpansForComparison);
        using RunControl control = new(terminal.TimeProvider);
        using CancellationTokenRegistration registration = cancellationToken.Register(() => control.Drain(StopReason.Interrupted, RunControl.Grace));
        ProbeStop stop = new(order, terminal.TimeProvider, cancellationToken);
        ProbeListener listener = new(terminal.TimeProvider, origin, stop);
        long skipped = SkippedFor(order);
        MachineLoad load = MachineLoad.Start();
        ProgramUsage before = ProgramUsage.Read();
        ProgramDelay delay = ProgramDelay.Start();
        RunSettings run = new()
        {
            Model = order.Model,
            Workers = order.Workers,
            Attempts = settings.Attempts,
            Slice = new ItemSlice(skipped, stop),
            Recorder = recorder,
            TimeProvider = terminal.TimeProvider,
        };
        _runs++;
        RunReport report = await plan.RunAsync(new RunPlace($"advise-{_runs}"), keep: false, run, control, [listener]);
        _begun = skipped + stop.Begun;

        // Stopped by the order, there is more; else the items have come to their end.
        bool isExhausted = !stop.IsStopped || (plan.ItemCount is { } count && _begun >= count);
        _all = isExhausted ? _begun : _all;
        _begun = isExhausted && settings.MayRepeat ? 0 : _begun;
        return new ProbeRun
        {
            Timeline = report.Timeline!,
            StoppedAt = stop.StoppedAfter(origin),
            Usage = ProgramUsage.Read().Since(before),
            Delayed = delay.GetElapsed(),
            ForeignLoad = load.ForeignShare(),
            RefusedAt = listener.RefusedAt.ToImmutableArray(),
            LimitedBy = report.LimitReached,
            FirstFailure = listener.FirstFailure,
            IsUsedUp = isExhausted && !settings.MayRepeat,
            RepeatsOf = settings.MayRepeat ? _all : null,
        };
    }

    private long SkippedFor(ProbeOrder order) =>
        settings.MayRepeat && plan.ItemCount is { } count && count - _begun < (long)EnoughForEach * order.Workers ? 0 : _begun;
}
