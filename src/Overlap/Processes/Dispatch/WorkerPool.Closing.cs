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

    private const string Disposed = "the pool was disposed";
    private const string FewerWanted = "fewer workers were wanted";

    // Guarded by _gate.
    private Task? _disposal;

    // Guarded by _gate: all calls have ended; a worker that becomes ready from here on is ended by whoever makes it so.
    private bool _isClosing;

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
        _paceTimer?.Dispose();
        WorkerLink[] last = TakeWorkersForEver();
        _startPause?.Dispose();
        foreach (WorkerLink worker in last)
        {
            RetireAtEnd(worker);
        }

        EndIfAllGone();
        try
        {
            await _allGone.Task.WaitAsync(ExitGrace, TimeProvider.System).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            foreach (WorkerLink worker in TakeWorkersForEver())
            {
                Condemn(worker, Disposed, LinkState.Condemned);
            }

            await _allGone.Task.ConfigureAwait(false);
        }

        await EndReaderAsync().ConfigureAwait(false);
        while (!_graves.IsEmpty)
        {
            // A caller who has just read its reply lets go in a moment.
            BuryAll();
            await Task.Yield();
        }

        Crossings.Arguments.Dispose();
        Crossings.Buffers.Dispose();
        _memory.Dispose();
        if ((_outputFailure ?? _reportFailure) is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    private WorkerLink[] TakeWorkersForEver()
    {
        using Lock.Scope held = _gate.EnterScope();
        _isClosing = true;
        FailWarmUpsLocked(new ObjectDisposedException(nameof(ProcessPoolExecutor)));
        return [.. _workers];
    }

    /// <summary>Ends a worker that can have no calls any more: in peace if it can hear of it, else when it is ready, unless nothing of the user's runs in it.</summary>
    private void RetireAtEnd(WorkerLink worker)
    {
        _gate.Enter();
        bool isKilled = worker.State == LinkState.Starting && _options.Initializer is null;
        _gate.Exit();
        if (isKilled)
        {
            Condemn(worker, Disposed, LinkState.Condemned);
        }
        else
        {
            Retire(worker, Disposed);
        }
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

    /// <summary>Frees the memory of workers that are gone. What a caller still reads from stays until it has let go.</summary>
    private void BuryAll()
    {
        for (int left = _graves.Count; left > 0 && _graves.TryDequeue(out WorkerLink? worker); left--)
        {
            worker.ReadGate.Enter();
            bool isLed = worker.IsLed;
            if (!isLed)
            {
                worker.Segment.Dispose();
            }

            worker.ReadGate.Exit();
            if (isLed)
            {
                _graves.Enqueue(worker);
            }
            else
            {
                worker.DisposeStream();
                worker.Process?.Dispose();
            }
        }
    }
}
