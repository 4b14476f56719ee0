using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Overlap.Processes.Dispatch;

/// <content>Ends the pool.</content>
internal sealed partial class WorkerPool
{
    // A worker that disposes its state may take its time; one that hangs there is ended.
    private static readonly TimeSpan ExitGrace = TimeSpan.FromSeconds(5);

    // Workers that are gone and whose memory is still mapped, because the reader may be looking at it.
    private readonly ConcurrentQueue<WorkerLink> _graves = new();
    private readonly TaskCompletionSource _allGone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _readerEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guarded by _gate.
    private Task? _disposal;

    /// <summary>Takes no more calls, waits for those it took, ends the workers.</summary>
    public ValueTask DisposeAsync()
    {
        Task disposal;
        _gate.Enter();
        _isClosed = true;
        disposal = _disposal ??= CloseAsync();
        _gate.Exit();
        CloseIfDrained();
        return new ValueTask(disposal);
    }

    private async Task CloseAsync()
    {
        await _drained.Task.ConfigureAwait(false);
        _idleCheck?.Dispose();
        foreach (WorkerLink worker in TakeWorkers())
        {
            Retire(worker, "the pool was disposed");
        }

        EndIfAllGone();
        try
        {
            await _allGone.Task.WaitAsync(ExitGrace, TimeProvider.System).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            foreach (WorkerLink worker in TakeWorkers())
            {
                worker.Process?.Kill();
            }

            await _allGone.Task.ConfigureAwait(false);
        }

        await EndReaderAsync().ConfigureAwait(false);
        BuryAll();
        _memory.Dispose();
        if (_outputFailure is not null)
        {
            ExceptionDispatchInfo.Throw(_outputFailure);
        }
    }

    private WorkerLink[] TakeWorkers()
    {
        using Lock.Scope held = _gate.EnterScope();
        return [.. _workers];
    }

    /// <summary>Lets a waiting disposal go on once no call is open.</summary>
    private void CloseIfDrained()
    {
        bool isDrained;
        _gate.Enter();
        isDrained = _isClosed && _queue.Count == 0 && OpenLocked() == 0;
        _gate.Exit();
        if (isDrained)
        {
            _ = _drained.TrySetResult();
        }
    }

    private void EndIfAllGone()
    {
        bool areAllGone;
        _gate.Enter();
        areAllGone = _isClosed && _workers.Count == 0 && _drained.Task.IsCompleted;
        _gate.Exit();
        if (areAllGone)
        {
            _ = _allGone.TrySetResult();
        }
    }

    private Task EndReaderAsync()
    {
        _readerEnds = true;
        TellReader();
        if (_reader is null)
        {
            _ = _readerEnded.TrySetResult();
        }

        return _readerEnded.Task;
    }

    private void BuryAll()
    {
        while (_graves.TryDequeue(out WorkerLink? worker))
        {
            worker.ReadGate.Enter();
            worker.Segment.Dispose();
            worker.ReadGate.Exit();
            worker.Process?.Dispose();
        }
    }
}
