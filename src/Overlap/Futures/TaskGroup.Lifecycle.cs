using System.Globalization;
using Overlap.Waiting;

namespace Overlap.Futures;

/// <content>Who runs, who waits, and when the group ends. README.md has the picture and the invariants.</content>
public sealed partial class TaskGroup
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guarded by _gate; frozen when _ended completes.
    private readonly Queue<TaskGroupChild> _waiting = new();
    private readonly List<(long Number, Task Task)> _errors = [];
    private long _submitted;
    private long _succeeded;
    private long _failed;
    private long _canceled;
    private long _unfinishedAtCancel;
    private int _running;
    private int _cancelling;   // F1: cancellations that still call callbacks.
    private Cause _cause;
    private bool _isJoining;
    private bool _isEnded;
    private bool _isCanceled;  // Written under _gate, read anywhere.

    private enum Cause
    {
        None,
        Failure,
        Caller,
        Timeout,
        Request,
        Abandonment,
    }

    /// <summary>Hears of the end of a child; its future has ended already.</summary>
    internal void OnEnded(TaskGroupChild child)
    {
        Task future = child.Future;
        TaskGroupChild[]? refused;
        bool ends;
        _gate.Enter();
        try
        {
            // F9: a child may hear of the caller's cancellation before the group does: then its end is no failure.
            refused = _callerToken.IsCancellationRequested ? CancelLocked(Cause.Caller) : null;
            if (future.IsCompletedSuccessfully)
            {
                _succeeded++;
            }
            else if (future.IsCanceled && _isCanceled)
            {
                _canceled++;
            }
            else
            {
                refused = FailLocked(child) ?? refused;
            }

            _running--;
            StartNextLocked();
            ends = EndIfIdleLocked();
        }
        finally
        {
            _gate.Exit();
        }

        Finish(refused, ends);
    }

    private TChild Submit<TChild>(TChild child)
        where TChild : TaskGroupChild
    {
        bool isRefused;
        _gate.Enter();
        try
        {
            if (_isEnded)
            {
                throw new InvalidOperationException("The group has ended: it starts no more children.");
            }

            child.Number = _submitted++;
            isRefused = _isCanceled;
            if (isRefused)
            {
                _canceled++;
            }
            else
            {
                _waiting.Enqueue(child);
                StartNextLocked();
            }
        }
        finally
        {
            _gate.Exit();
        }

        if (isRefused)
        {
            child.Refuse();
        }

        return child;
    }

    private void Cancel(Cause cause)
    {
        TaskGroupChild[]? refused;
        _gate.Enter();
        try
        {
            refused = CancelLocked(cause);
        }
        finally
        {
            _gate.Exit();
        }

        Finish(refused, ends: false);
    }

    private void Close()
    {
        bool ends;
        _gate.Enter();
        try
        {
            _isJoining = true;
            ends = EndIfIdleLocked();
        }
        finally
        {
            _gate.Exit();
        }

        Finish(refused: null, ends);
    }

    /// <summary>Keeps what the body of a scope threw, and cancels the children that it left behind.</summary>
    private void Leave(Exception exception)
    {
        TaskGroupChild[]? refused;
        _gate.Enter();
        try
        {
            refused = _callerToken.IsCancellationRequested ? CancelLocked(Cause.Caller) : null;
            if (exception is not OperationCanceledException || !_isCanceled)
            {
                // The body began before every child.
                _errors.Add((-1, Task.FromException(exception)));
                refused = CancelLocked(Cause.Failure) ?? refused;
            }
        }
        finally
        {
            _gate.Exit();
        }

        Finish(refused, ends: false);
    }

    private TaskGroupChild[]? FailLocked(TaskGroupChild child)
    {
        _failed++;
        if (_options.OnFailure != FailurePolicy.Collect)
        {
            _errors.Add((child.Number, child.Future));
        }

        return _options.OnFailure == FailurePolicy.CancelSiblings ? CancelLocked(Cause.Failure) : null;
    }

    /// <summary>Marks the group as cancelled and takes the children that wait; null when it was cancelled or had ended before.</summary>
    private TaskGroupChild[]? CancelLocked(Cause cause)
    {
        if (_isEnded || _isCanceled)
        {
            return null;
        }

        _cause = cause;
        _unfinishedAtCancel = _running + _waiting.Count;
        _cancelling++;
        TaskGroupChild[] refused = [.. _waiting];
        _waiting.Clear();
        _canceled += refused.Length;
        Volatile.Write(ref _isCanceled, true);
        return refused;
    }

    private void StartNextLocked()
    {
        // F3: under the gate, so that children reach the pool in the order of their numbers; the pool runs nothing here.
        while (_running < _options.Limit && _waiting.TryDequeue(out TaskGroupChild? next))
        {
            _running++;
            next.Start();
        }
    }

    private bool EndIfIdleLocked()
    {
        if (!_isJoining || _isEnded || _running > 0 || _waiting.Count > 0 || _cancelling > 0)
        {
            return false;
        }

        _isEnded = true;
        return true;
    }

    /// <summary>Does outside the gate what a change of state asks for (F6): users' callbacks and clocks are called here.</summary>
    private void Finish(TaskGroupChild[]? refused, bool ends)
    {
        if (refused is not null)
        {
            ends = CancelScope(refused) || ends;
        }

        if (ends)
        {
            // Unregister, not Dispose: that would wait for the caller's cancellation, which may wait for us.
            _callerRegistration.Unregister();
            _timer?.Dispose();
            _ended.TrySetResult();
        }
    }

    private bool CancelScope(TaskGroupChild[] refused)
    {
        foreach (TaskGroupChild child in refused)
        {
            child.Refuse();
        }

        TaskCompletionSource? failure = null;
        try
        {
            _scope.Cancel();
        }
        catch (AggregateException exception)
        {
            // Callbacks that somebody registered on the group's token threw; the thread that happens to cancel must not pay for it.
            failure = new TaskCompletionSource();
            failure.SetException(exception.InnerExceptions);
        }

        _gate.Enter();
        try
        {
            if (failure is not null)
            {
                _errors.Add((long.MaxValue, failure.Task));
            }

            _cancelling--;
            return EndIfIdleLocked();
        }
        finally
        {
            _gate.Exit();
        }
    }

    private async Task<List<Exception>> ErrorsAsync()
    {
        var errors = new List<Exception>();
        foreach ((_, Task task) in _errors.OrderBy(static error => error.Number))
        {
            if (task.Exception is { } failure)
            {
                errors.AddRange(failure.InnerExceptions);
                continue;
            }

            try
            {
                await task.ConfigureAwait(Interleaver.KeepsContext);
            }
            catch (OperationCanceledException exception)
            {
                errors.Add(exception);
            }
        }

        if (errors.Count > 0 && _cause == Cause.Timeout)
        {
            errors.Add(TimedOut());
        }

        // A body that awaits a child throws the child's own error: once is enough.
        return [.. errors.Distinct<Exception>(ReferenceEqualityComparer.Instance)];
    }

    private TimeoutException TimedOut() => new(string.Create(
        CultureInfo.InvariantCulture,
        $"{_unfinishedAtCancel} of {_submitted} children had not ended when the group's time of {_options.Timeout.TotalSeconds:0.###} s passed."));
}
