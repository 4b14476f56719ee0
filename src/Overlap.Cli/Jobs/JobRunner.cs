using Overlap.Adaptation;
using Overlap.Advice.Probing;
using Overlap.Executors;
using Overlap.Timelines;
using Overlap.Timelines.Drawing;

namespace Overlap.Cli.Jobs;

/// <summary>Runs a job once: pulls its items lazily, does them under a model, and tells listeners of each end.</summary>
/// <remarks>
/// Memory: the items in work, whatever the length of the input.
/// An item whose result is <see cref="ItemStatus.NotDone"/> is told to nobody: another run does it.
/// </remarks>
internal sealed partial class JobRunner<TItem>(
    Job<TItem> job, RunSettings settings, RunControl control, IReadOnlyList<IItemListener> listeners) : IDisposable
{
    private readonly ItemAttempts<TItem> _attempts = new(job, settings.Attempts, settings.TimeProvider);
    private readonly DurationHistogram _durations = new();

    // With the order kept, ends wait here for those before them; the window bounds how many.
    private readonly Dictionary<long, ItemEnd> _early = [];
    private SemaphoreSlim? _window;
    private long _nextIndex;

    // Owned by the enumeration that pulls.
    private bool _exhausted;
    private long _doneBefore;

    // Owned by the loop that receives.
    private long _succeeded;
    private long _failed;
    private long _retried;
    private long _notDone;
    private long _bytesReceived;

    public async Task<RunReport> RunAsync()
    {
        int workers = settings.Model == ExecutionModel.Inline
            ? 1
            : Math.Min(IsAdaptive ? ExecutorOf.MostOf(settings.Model) : settings.Workers?.Value ?? job.DefaultWorkers(settings.Model), job.MostWorkers(settings.Model));
        bool isExecutorAdaptive = IsAdaptive && !job.TryAdapt(settings.Recorder);
        ExecutorStatistics statistics;
        try
        {
            await job.PrepareAsync(settings.Model, workers, control.Running);
        }
        catch (OperationCanceledException) when (control.Running.IsCancellationRequested)
        {
            return ReportOf(workers, TimeSpan.Zero, TimeSpan.Zero);
        }

        if (settings.KeepOrder)
        {
            _window = new SemaphoreSlim(Math.Max(64, 2 * job.MostInWork(workers)));
        }

        BeginRecording();
        TimeSpan cpuBefore = ProgramUsage.Read().Cpu;
        long startedAt = settings.TimeProvider.GetTimestamp();
        TimeSpan wall;
        TimeSpan cpu;
        Func<object>? workerState = settings.Model == ExecutionModel.Processes
            ? job.WorkerProcess(settings.Attempts, workers)
            : job.WorkerState(settings.Model);
        TimeSpan? callDeadline = job.CallDeadline(settings.Attempts);
        await using (IExecutor executor = ExecutorOf.Create(settings.Model, job.MostInWork(workers), isExecutorAdaptive, workerState, settings.Recorder, callDeadline))
        {
            await WarmUpAsync(executor);
            await ReceiveAsync(executor);
            wall = settings.TimeProvider.GetElapsedTime(startedAt);
            cpu = ProgramUsage.Read().Cpu - cpuBefore;
            statistics = executor.GetStatistics();
        }

        // What its workers took is known when they have ended.
        cpu = settings.Model == ExecutionModel.Processes ? ProgramUsage.Read().Cpu - cpuBefore : cpu;

        return ReportOf(job.Places ?? statistics.WorkerLimit, wall, cpu, job.Adaptation ?? statistics.Adaptation);
    }

    public void Dispose() => _window?.Dispose();

    private bool IsAdaptive => settings.Workers is { IsAuto: true } && settings.Model != ExecutionModel.Inline;

    // Who records a run or finds the number of workers must see failures; to others they are results.
    private bool IsFailureSeen => settings.Recorder is not null || IsAdaptive;

    private RunReport ReportOf(int workers, TimeSpan wall, TimeSpan cpu, LimitStatus? adaptation = null)
    {
        Timeline? timeline = TakeTimeline(workers);
        if (timeline is not null && job.MostInWork(workers) > workers)
        {
            // Its calls ran in places of the job's own, and the executor's slots say nothing of them.
            timeline = timeline with
            {
                Lanes = LanePacking.Lanes(timeline.Lanes.SelectMany(static lane => lane.Spans), "place", LaneKind.Slot, Environment.ProcessId),
            };
        }

        return new RunReport
        {
            Job = job.Name,
            Model = settings.Model,
            Workers = workers,
            Adaptation = adaptation,
            Succeeded = _succeeded,
            Failed = _failed,
            Retried = _retried,
            DoneBefore = _doneBefore,
            Wall = wall,
            Cpu = cpu,
            ItemTime = _durations.Sum,
            WaitShare = WaitShareOf(timeline, cpu),
            Median = _durations.Percentile(0.5),
            Percentile95 = _durations.Percentile(0.95),
            Longest = _durations.Max,
            BytesReceived = _bytesReceived,
            Stop = control.Reason,
            Partial = !_exhausted || _notDone > 0,
            LimitReached = job.LimitReached ?? _limitInWorkers,
            Timeline = timeline,
        };
    }

    private async Task ReceiveAsync(IExecutor executor)
    {
        try
        {
            await (settings.Model == ExecutionModel.Processes ? ReceiveFromProcessesAsync(executor) : ReceiveFromCallsAsync(executor));
        }
        catch
        {
            // Before the enumeration's own clean-up waits for what runs: it is asked to end.
            control.Stop(StopReason.Broken);
            throw;
        }
    }

    private async Task ReceiveFromCallsAsync(IExecutor executor)
    {
        IAsyncEnumerable<CompletedCall<NumberedItem<TItem>, ItemEnd>> calls = settings.Model == ExecutionModel.Async
            ? executor.AsCompletedAsync(PullAsync(), DoAsync, WindowFor(executor))
            : executor.AsCompletedAsync(PullAsync(), Do, WindowFor(executor));
        await foreach (CompletedCall<NumberedItem<TItem>, ItemEnd> call in calls)
        {
            Receive(call.Index, call.Outcome.Exception is ItemFailedException failed ? failed.End : call.Outcome.Value);
        }
    }

    private async IAsyncEnumerable<NumberedItem<TItem>> PullAsync()
    {
        IAsyncEnumerator<TItem> items = job.ReadItemsAsync(control.Starting).GetAsyncEnumerator(control.Starting);
        long sequence = 0;
        Task<bool>? pending = null;
        try
        {
            while (true)
            {
                ValueTask<bool> next = items.MoveNextAsync();
                bool has;
                if (next.IsCompletedSuccessfully)
                {
                    has = next.Result;
                }
                else
                {
                    // A source that waits for standard input must not hold up a stop.
                    pending = next.AsTask();
                    has = await OrStopped(pending);
                    if (pending.IsCompleted)
                    {
                        pending = null;
                    }
                }

                if (control.Starting.IsCancellationRequested)
                {
                    yield break;
                }

                if (!has)
                {
                    _exhausted = true;
                    yield break;
                }

                sequence++;
                TItem item = items.Current;
                if (sequence <= settings.Slice?.Skipped)
                {
                    continue;
                }

                if (settings.Done?.Contains(job.Template, job.KeyOf(item)) == true)
                {
                    _doneBefore++;
                    continue;
                }

                if (_window is not null)
                {
                    await _window.WaitAsync(control.Starting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }

                if (!await MayStartAsync() || settings.Slice?.Stop.TryBegin() == false)
                {
                    yield break;
                }

                yield return new NumberedItem<TItem>(job, sequence, item);
            }
        }
        finally
        {
            // An enumerator may not be disposed while it moves; one that hangs in a read is left to the end of the program.
            if (pending is null)
            {
                await items.DisposeAsync();
            }
        }
    }

    // Of a slice nothing is pulled ahead: what was pulled has begun.
    private MapOptions? WindowFor(IExecutor executor) => settings.Slice is null ? null : new MapOptions { Window = executor.MaxWorkers };

    private async ValueTask<bool> MayStartAsync()
    {
        try
        {
            await job.WaitToStartAsync(control.Starting);
            return !control.Starting.IsCancellationRequested;
        }
        catch (OperationCanceledException) when (control.Starting.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task<bool> OrStopped(Task<bool> next)
    {
        try
        {
            return await next.WaitAsync(control.Starting);
        }
        catch (OperationCanceledException) when (control.Starting.IsCancellationRequested)
        {
            return false;
        }
    }

    private ItemEnd Do(NumberedItem<TItem> item)
    {
        if (control.Starting.IsCancellationRequested)
        {
            return NotStarted(item);
        }

        (DateTimeOffset startedAt, long from) = Now();
        try
        {
            return EndOf(item, startedAt, from, _attempts.Execute(item.Item, control.Running));
        }
        catch (OperationCanceledException) when (control.Running.IsCancellationRequested)
        {
            return NotStarted(item);
        }
    }

    private async ValueTask<ItemEnd> DoAsync(NumberedItem<TItem> item)
    {
        if (control.Starting.IsCancellationRequested)
        {
            return NotStarted(item);
        }

        (DateTimeOffset startedAt, long from) = Now();
        try
        {
            return EndOf(item, startedAt, from, await _attempts.ExecuteAsync(item.Item, control.Running));
        }
        catch (OperationCanceledException) when (control.Running.IsCancellationRequested)
        {
            return NotStarted(item);
        }
    }

    private (DateTimeOffset At, long Timestamp) Now() => (settings.TimeProvider.GetUtcNow(), settings.TimeProvider.GetTimestamp());

    private ItemEnd EndOf(NumberedItem<TItem> item, DateTimeOffset startedAt, long from, ItemResult result)
    {
        ItemEnd end = new(item.Sequence, job.KeyOf(item.Item), startedAt, settings.TimeProvider.GetElapsedTime(from), result);
        return IsFailureSeen && result.Status == ItemStatus.Failed ? throw new ItemFailedException(end) : end;
    }

    private static ItemEnd NotStarted(NumberedItem<TItem> item) =>
        new(item.Sequence, "", default, default, new ItemResult { Item = "", Status = ItemStatus.NotDone });

    private void Receive(long index, ItemEnd end)
    {
        if (_window is null)
        {
            Tell(end);
            return;
        }

        _early.Add(index, end);
        while (_early.Remove(_nextIndex, out ItemEnd? next))
        {
            _nextIndex++;
            _window.Release();
            Tell(next);
        }
    }

    private void Tell(in ItemEnd end)
    {
        switch (end.Result.Status)
        {
            case ItemStatus.NotDone:
                _notDone++;
                return;
            case ItemStatus.Failed:
                _failed++;
                break;
            default:
                _succeeded++;
                break;
        }

        _retried += end.Result.Attempts > 1 ? 1 : 0;
        _bytesReceived += end.Result.BytesReceived;
        _durations.Add(end.Duration);
        foreach (IItemListener listener in listeners)
        {
            listener.OnEnded(end);
        }

        if (settings.Halt.IsReached(_succeeded, _failed))
        {
            if (settings.Halt.Now)
            {
                control.Stop(StopReason.Halted);
            }
            else
            {
                control.Drain(StopReason.Halted);
            }
        }
    }

    /// <summary>The part of the items' time that was waiting for the outside: measured by the recording, else what the program's processor time leaves.</summary>
    private double WaitShareOf(Timeline? timeline, TimeSpan cpu)
    {
        if (timeline is { DroppedSpans: 0 })
        {
            TimelineSummary summary = timeline.Summarize();

            // Held back by a limit of its own it does wait, and only asynchronous calls can tell the two apart.
            TimeSpan waiting = summary.Waiting + summary.HeldBack;
            return waiting > TimeSpan.Zero ? waiting / summary.ItemTime : 0;
        }

        return _durations.Sum > TimeSpan.Zero ? Math.Max(0, 1 - (cpu / _durations.Sum)) : 0;
    }
}
