using Overlap.Executors;
using Overlap.Processes;
using Overlap.Timelines;

namespace Overlap.Advice.Probing;

/// <summary>Probes a function over the items of a sample, on the library's own executors.</summary>
internal sealed class FunctionProbe<T, TResult>(Callable<T, TResult> callable, IEnumerable<T> sample, AdviceOptions options) : IProbe, IDisposable
{
    // Where one call ends the next is there already.
    private const int WindowPerWorker = 2;

    private const string WhyNoAsync =
        "the function gives its result when it returns: as an asynchronous call it would keep a thread of the runtime's pool while it waits";

    private readonly SampleSource<T> _sample = new(sample, options.MayRepeat);

    public string Job => options.Job;

    public long? Items => options.Items;

    public long? ItemsToTry { get; } = options.MayRepeat || !sample.TryGetNonEnumeratedCount(out int count) ? null : count;

    public ExecutionModel? Natural { get; } = callable.IsSynchronous ? ExecutionModel.Threads : ExecutionModel.Async;

    public IReadOnlyList<ProbeModel> Models { get; } = callable.IsSynchronous
        ?
        [
            new ProbeModel(ExecutionModel.Inline, 1),
            new ProbeModel(ExecutionModel.Threads),
            new ProbeModel(ExecutionModel.Processes, 2 * Environment.ProcessorCount),
            new ProbeModel(ExecutionModel.Async, LeftOut: WhyNoAsync),
        ]
        :
        [
            new ProbeModel(ExecutionModel.Inline, 1),
            new ProbeModel(ExecutionModel.Async),
            new ProbeModel(ExecutionModel.Threads),
            new ProbeModel(ExecutionModel.Processes, 2 * Environment.ProcessorCount),
        ];

    public async Task<ProbeRun> RunAsync(ProbeOrder order, CancellationToken cancellationToken)
    {
        if (order.Pause > TimeSpan.Zero)
        {
            await Task.Delay(order.Pause, options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }

        long origin = options.TimeProvider.GetTimestamp();
        using TimelineRecorder recorder = new(options.TimeProvider);
        ProbeStop stop = new(order, options.TimeProvider, cancellationToken);
        RefusalLog refusals = new(options.TimeProvider, origin, stop);
        Exception? firstFailure;
        MachineLoad load;
        ProgramUsage before;
        ProgramDelay delay;
        IExecutor executor = CreateExecutor(order, recorder, refusals);
        await using (executor.ConfigureAwait(false))
        {
            if (executor is ProcessPoolExecutor pool)
            {
                // Their start is a price of its own, not one of the items.
                await pool.WarmUpAsync(order.Workers, cancellationToken).ConfigureAwait(false);
            }

            load = MachineLoad.Start();
            before = ProgramUsage.Read();
            delay = ProgramDelay.Start();
            firstFailure = await RunAsync(executor, order, stop, cancellationToken).ConfigureAwait(false);
        }

        TimeSpan delayed = delay.GetElapsed();
        Timeline timeline = recorder.ToTimeline(Job, Figures.NameOf(order.Model), order.Workers);
        return new ProbeRun
        {
            Timeline = options.WorksOutOfSight ? timeline.WithWorkOutOfSight(delayed) : timeline,
            StoppedAt = stop.StoppedAfter(origin),
            Usage = ProgramUsage.Read().Since(before),
            Delayed = delayed,
            ForeignLoad = load.ForeignShare(),
            RefusedAt = refusals.RefusedAt,
            RetryAfter = refusals.RetryAfter,
            FirstFailure = firstFailure?.Message,
            FirstException = firstFailure,
            IsUsedUp = _sample.IsUsedUp,
            RepeatsOf = _sample.Repeats ? _sample.Pulled : null,
        };
    }

    public void Dispose() => _sample.Dispose();

    private async Task<Exception?> RunAsync(IExecutor executor, ProbeOrder order, ProbeStop stop, CancellationToken cancellationToken)
    {
        Exception? firstFailure = null;
        MapOptions window = new() { Window = executor.Model == ExecutionModel.Inline ? 1 : WindowPerWorker * order.Workers };
        if (executor.Model == ExecutionModel.Processes)
        {
            // What crosses is the user's function alone: a wrapping of ours would capture what cannot travel.
            await foreach (CompletedCall<T, TResult> call in MapEngine.AsCompletedAsync(
                executor, ItemSource.Of(Pull(stop.TryBegin)), callable, window, CancellationToken.None).ConfigureAwait(false))
            {
                if (call.Outcome.Exception is NotPortableException refusal)
                {
                    throw refusal;
                }

                firstFailure ??= call.Outcome.Exception;
            }

            return firstFailure;
        }

        await foreach (CompletedCall<T, ValueTuple> call in MapEngine.AsCompletedAsync(
            executor, ItemSource.Of(Pull(() => !stop.IsStopped)), Wrap(stop, cancellationToken), window, CancellationToken.None).ConfigureAwait(false))
        {
            if (call.Outcome.IsCanceled)
            {
                _sample.GiveBack(call.Item);
            }
            else
            {
                firstFailure ??= call.Outcome.Exception;
            }
        }

        return firstFailure;
    }

    private IEnumerable<T> Pull(Func<bool> mayPull)
    {
        while (mayPull() && _sample.TryTake(out T item))
        {
            yield return item;
        }
    }

    /// <summary>The function, as long as the order is not fulfilled; a call that comes later is cancelled, so that it counts for nothing.</summary>
    private Callable<T, ValueTuple> Wrap(ProbeStop stop, CancellationToken cancellationToken)
    {
        Callable<T, TResult> inner = callable;
        if (inner.IsSynchronous)
        {
            return Callable.Of<T>(item =>
            {
                Begin(stop);
                try
                {
                    _ = inner.Invoke(item, cancellationToken);
                }
                catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
                {
                    throw GaveUp(exception);
                }
            });
        }

        return Callable.Of<T>(async ValueTask (item) =>
        {
            Begin(stop);
            try
            {
                _ = await inner.InvokeAsync(item, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
            {
                throw GaveUp(exception);
            }
        });
    }

    private static void Begin(ProbeStop stop)
    {
        if (!stop.TryBegin())
        {
            throw new OperationCanceledException("Enough has begun.");
        }
    }

    // Nobody cancelled it but a time limit of its own, say: that is a failure.
    private static TimeoutException GaveUp(OperationCanceledException exception) => new(exception.Message, exception);

    private IExecutor CreateExecutor(ProbeOrder order, TimelineRecorder recorder, RefusalLog refusals) => order.Model switch
    {
        ExecutionModel.Inline => new InlineExecutor(new InlineExecutorOptions { WorkerState = options.WorkerState, Recorder = recorder, Refusals = refusals }),
        ExecutionModel.Threads => new ThreadPoolExecutor(
            new ThreadPoolExecutorOptions { MaxWorkers = order.Workers, WorkerState = options.WorkerState, Recorder = recorder, Refusals = refusals }),
        ExecutionModel.Async => new AsyncExecutor(
            new AsyncExecutorOptions { MaxWorkers = order.Workers, WorkerState = options.WorkerState, Recorder = recorder, Refusals = refusals }),
        ExecutionModel.Processes => new ProcessPoolExecutor(
            new ProcessPoolExecutorOptions { MaxWorkers = order.Workers, WorkerState = options.WorkerState, Recorder = recorder, Output = static _ => { } }),
        _ => throw new ArgumentException($"{order.Model} cannot be probed.", nameof(order)),
    };
}
