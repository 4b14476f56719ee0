using Overlap.Processes.Workers;

namespace Overlap.Processes.Dispatch;

/// <content>How many workers there are, and what became of those that are gone.</content>
internal sealed partial class WorkerPool
{
    // Guarded by _gate.
    private readonly List<WarmUp> _warmUps = [];
    private TimeSpan _cpuOfGone;
    private long _retired;
    private long _lost;
    private string? _lastRetirement;
    private string? _lastLoss;
    private long _started;

    /// <summary>The most workers that take calls now.</summary>
    public int WorkerLimit
    {
        // What was decided is done a moment later; whoever asks meanwhile hears the decision.
        get => _adaptation?.Limit ?? Volatile.Read(ref _limit);
        set
        {
            if (value < 1 || value > _options.MaxWorkers)
            {
                throw new ArgumentOutOfRangeException(nameof(value), value, $"WorkerLimit must be at least 1 and at most MaxWorkers, which is {_options.MaxWorkers}.");
            }

            if (_adaptation is not null)
            {
                throw new InvalidOperationException("The number of workers adapts itself: WorkerLimit can only be read.");
            }

            SetLimit(value);
        }
    }

    /// <summary>Starts workers ahead of calls and waits until so many are ready.</summary>
    /// <exception cref="BrokenProcessPoolException">They cannot be started.</exception>
    /// <exception cref="ObjectDisposedException">The pool was disposed.</exception>
    public async Task WarmUpAsync(int workers, CancellationToken cancellationToken)
    {
        if (workers < 1 || workers > _options.MaxWorkers)
        {
            throw new ArgumentOutOfRangeException(nameof(workers), workers, $"At least 1 worker can be started and at most MaxWorkers, which is {_options.MaxWorkers}.");
        }

        cancellationToken.ThrowIfCancellationRequested();
        WarmUp warmUp = new(workers);
        _gate.Enter();
        try
        {
            ObjectDisposedException.ThrowIf(_isClosed, typeof(ProcessPoolExecutor));
            _warmUps.Add(warmUp);
            StartWorkersLocked();
            LookAtWarmUpsLocked();
        }
        finally
        {
            _gate.Exit();
        }

        try
        {
            await warmUp.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Enter();
            _ = _warmUps.Remove(warmUp);
            _gate.Exit();
        }
    }

    /// <summary>How long all workers have computed, those that are gone included.</summary>
    public TimeSpan GetWorkerCpuTime() => ReadWorkers().Cpu;

    public ProcessPoolStatistics GetProcessStatistics()
    {
        using Lock.Scope held = _gate.EnterScope();
        return new ProcessPoolStatistics
        {
            Started = Interlocked.Read(ref _started),
            Retired = _retired,
            Lost = _lost,
            LastRetirement = _lastRetirement,
            LastLoss = _lastLoss,
        };
    }

    private void SetLimit(int limit)
    {
        List<WorkerLink> surplus;
        _gate.Enter();
        _limit = limit;
        surplus = SurplusLocked();
        PumpLocked();
        LookAtWarmUpsLocked();
        _gate.Exit();
        foreach (WorkerLink worker in surplus)
        {
            Retire(worker, FewerWanted);
        }
    }

    /// <summary>The workers that are to go because fewer are wanted: idle ones before busy ones. Those that start go when they are ready.</summary>
    private List<WorkerLink> SurplusLocked()
    {
        int surplus = AliveLocked() - _limit;
        List<WorkerLink> going = [.. _workers.Where(static worker => worker.State == LinkState.Ready && worker.Sent.Count == 0).Take(Math.Max(0, surplus))];
        surplus -= going.Count + _workers.Count(static worker => worker.State == LinkState.Starting);
        if (surplus > 0)
        {
            going.AddRange(_workers.Where(static worker => worker.State == LinkState.Ready && worker.Sent.Count > 0).OrderBy(static worker => worker.Ahead).Take(surplus));
        }

        return going;
    }

    /// <summary>How many workers somebody waits for.</summary>
    private int WarmUpTargetLocked()
    {
        int target = 0;
        foreach (WarmUp warmUp in _warmUps)
        {
            target = _isClosed || warmUp.Task.IsCompleted ? target : Math.Max(target, warmUp.Workers);
        }

        return Math.Min(target, _limit);
    }

    /// <summary>Ends the waits for which enough workers are ready, or can never be.</summary>
    private void LookAtWarmUpsLocked()
    {
        if (_warmUps.Count == 0)
        {
            return;
        }

        int ready = _workers.Count(static worker => worker.State == LinkState.Ready);
        foreach (WarmUp warmUp in _warmUps)
        {
            if (_broken is not null)
            {
                _ = warmUp.TrySetException(_broken);
            }
            else if (ready >= Math.Min(warmUp.Workers, _limit))
            {
                _ = warmUp.TrySetResult();
            }
        }
    }

    /// <summary>Ends all waits for workers: none is started any more, or none just now.</summary>
    private void FailWarmUpsLocked(Exception exception) => _warmUps.ForEach(warmUp => warmUp.TrySetException(exception));

    private void CountEndLocked(WorkerLink worker, WorkerExit exit, bool wasPeaceful)
    {
        if (worker.Reason == Disposed)
        {
            return;
        }

        string name = $"The worker process {worker.Process?.ProcessId}";
        if (wasPeaceful)
        {
            _retired++;
            _lastRetirement = $"{name} was ended because {worker.Reason}.";
        }
        else
        {
            _lost++;
            _lastLoss = worker.Reason is { } reason ? $"{name} was ended by force because {reason}." : $"{name} {exit.Describe()}.";
        }
    }

    private sealed class WarmUp(int workers) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public int Workers { get; } = workers;
    }
}
