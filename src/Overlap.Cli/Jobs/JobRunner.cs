using Overlap.Cli.Arguments;
using Overlap.Executors;
using Overlap.Timelines;

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
            : Math.Min(settings.Workers ?? job.DefaultWorkers(settings.Model), job.MostWorkers(settings.Model));
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
            _window = new SemaphoreSlim(Math.Max(64, 2 * workers));
        }

        TimeSpan cpuBefore = ProgramCpu.Read();
        long startedAt = settings.TimeProvider.GetTimestamp();
        TimeSpan wall;
        TimeSpan cpu;
        Func<object>? workerState = settings.Model == ExecutionModel.Processes
            ? job.WorkerProcess(settings.Attempts, workers)
            : job.WorkerState(settings.Model);
        await using (IExecutor executor = ExecutorOf.Create(settings.Model, workers, workerState, settings.Recorder))
        {
            await ReceiveAsync(executor);
            wall = settings.TimeProvider.GetElapsedTime(startedAt);
            cpu = ProgramCpu.Read() - cpuBefore;
        }

        // What its workers took is known when they have ended.
        cpu = settings.Model == ExecutionModel.Processes ? ProgramCpu.Read() - cpuBefore : cpu;

        return ReportOf(workers, wall, cpu);
    }

    public void Dispose() => _window?.Dispose();

    private RunReport ReportOf(int workers, TimeSpan wall, TimeSpan cpu)
    {
        Timeline? timeline = settings.Recorder?.ToTimeline(job.Name, ModelName.Of(settings.Model), workers);
        return new RunReport
        {
            Job = job.Name,
            Model = settings.Model,
            Workers = workers,
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
            ? executor.AsCompletedAsync(PullAsync(), DoAsync)
            : executor.AsCompletedAsync(PullAsync(), Do);
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
                if (settings.Done?.Contains(job.Template, job.KeyOf(item)) == true)
                {
                    _doneBefore++;
                    continue;
                }

                if (_window is not null)
                {
                    await _window.WaitAsync(control.Starting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
        return settings.Recorder is not null && result.Status == ItemStatus.Failed ? throw new ItemFailedException(end) : end;
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
