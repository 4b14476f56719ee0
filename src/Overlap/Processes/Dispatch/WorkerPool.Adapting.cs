using Overlap.Adaptation;
using Overlap.Processes.Transport;
using Overlap.Timelines;
using Overlap.Waiting;

namespace Overlap.Processes.Dispatch;

/// <content>Where the number of workers adapts itself: what ends is told, and what was decided is done.</content>
internal sealed partial class WorkerPool
{
    // Null where the number of workers is fixed.
    private readonly PoolAdaptation? _adaptation;
    private readonly ITimer? _paceTimer;

    private long _endedItems;

    // Guarded by _gate.
    private bool _awaitsPace;

    /// <summary>Why the number of workers is what it is, when it adapts itself.</summary>
    public LimitStatus? Adaptation => _adaptation?.Status;

    /// <summary>Whether items must not be sent in bunches, because their starts are held to a pace.</summary>
    public bool IsPaced => _adaptation is { IsHeld: true };

    /// <summary>Lets what ended change the number of workers, and hold back what has not started.</summary>
    private void Adapt(in FrameHeader header, SpanStatus status, Exception? failure, double seconds)
    {
        if (_adaptation is null)
        {
            return;
        }

        bool isReported = (header.Flags & FrameFlags.Refused) != 0;
        ItemsEnd end = new()
        {
            Items = header.Count,
            Status = status,
            Failure = failure,
            IsReported = isReported,
            RetryAfter = isReported && header.Function > 0 ? TimeSpan.FromMilliseconds(header.Function) : null,
            Seconds = seconds,
            Open = Volatile.Read(ref _submitted) - Volatile.Read(ref _withdrawn) - Interlocked.Add(ref _endedItems, header.Count),
        };
        if (_adaptation.Add(end))
        {
            // Not here: who reads replies holds the worker's reading gate, and workers may have to go.
            Continuations.Post(static pool => ((WorkerPool)pool!).ApplyAdaptation(), this);
        }
    }

    private void ApplyAdaptation()
    {
        if (!_adaptation!.MayStart)
        {
            _gate.Enter();

            // What lies at a worker and has not started would start in the pause.
            foreach (WorkerLink worker in _workers)
            {
                if (worker.State is LinkState.Ready or LinkState.Starting)
                {
                    TakeBackAllLocked(worker);
                }
            }

            _gate.Exit();
        }

        SetLimit(_adaptation.Limit);
    }

    /// <summary>Sees to it that time wakes what waits, where nothing else will.</summary>
    private void AwaitPaceLocked()
    {
        if (_queue.Count > 0 && !_awaitsPace && _adaptation?.WakeAfter is { } wait)
        {
            _awaitsPace = _paceTimer!.Change(wait, Timeout.InfiniteTimeSpan);
        }
    }

    private void OnPace()
    {
        _gate.Enter();
        _awaitsPace = false;
        PumpLocked();
        _gate.Exit();
    }

    private WorkersUse ReadWorkers()
    {
        using Lock.Scope held = _gate.EnterScope();
        TimeSpan cpu = _cpuOfGone;
        long memory = 0;
        foreach (WorkerLink worker in _workers)
        {
            cpu += worker.Process?.ReadCpu() ?? TimeSpan.Zero;
            memory += worker.Process?.ReadResidentBytes() ?? 0;
        }

        return new WorkersUse(cpu, memory);
    }
}
