using System.Diagnostics;

namespace Overlap.Testing;

/// <summary>Tells a test which values code under test came past: counted, never lost, waited for without sleeping.</summary>
/// <remarks>
/// Order: every wait takes one value, the oldest; waiters are served first come, first served.
/// Race: if a value meets a cancelled wait, the value stays for the next one.
/// Memory: what was written before <see cref="Signal"/> is visible after the wait that takes it.
/// Cost: <see cref="Signal"/> never waits and may be called from anywhere; every value is kept for <see cref="Values"/>.
/// </remarks>
/// <typeparam name="T">The type of the values.</typeparam>
/// <param name="name">What a failed wait calls it.</param>
[DebuggerDisplay("{Name,nq}: {Count}")]
public sealed class TestSignal<T>(string name = "signal")
{
    // Guarded by _gate.
    private readonly Lock _gate = new();
    private readonly List<T> _values = [];
    private readonly Queue<PatientWaiter<T>> _waiters = [];
    private readonly List<(int Count, PatientWaiter<bool> Waiter)> _countWaiters = [];
    private int _taken;

    /// <summary>What a failed wait calls it.</summary>
    public string Name { get; } = name;

    /// <summary>The real time after which a wait fails instead of hanging. Default: 30 s; infinite: only the token ends it.</summary>
    public TimeSpan Patience
    {
        get;
        init => field = Checked(value);
    } = TimeSpan.FromSeconds(30);

    /// <summary>How often it was given.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _values.Count;
            }
        }
    }

    /// <summary>All values in the order in which they were given, taken or not.</summary>
    public IReadOnlyList<T> Values
    {
        get
        {
            lock (_gate)
            {
                return [.. _values];
            }
        }
    }

    /// <summary>Gives a value.</summary>
    /// <param name="value">The value.</param>
    public void Signal(T value)
    {
        lock (_gate)
        {
            _values.Add(value);

            // Continuations run elsewhere, so completing under the gate runs nobody's code.
            while (_waiters.TryDequeue(out PatientWaiter<T>? waiter))
            {
                if (waiter.TrySetResult(value))
                {
                    _taken++;
                    break;
                }
            }

            _countWaiters.RemoveAll(entry =>
            {
                bool isReached = entry.Count <= _values.Count;
                return isReached ? entry.Waiter.TrySetResult(true) || true : entry.Waiter.Task.IsCompleted;
            });
        }
    }

    /// <summary>Takes a value that must have been given already.</summary>
    /// <returns>The oldest value that was not taken.</returns>
    /// <exception cref="InvalidOperationException">None is left to take.</exception>
    public T Require()
    {
        lock (_gate)
        {
            return TryTakeLocked(out T? value)
                ? value!
                : throw new InvalidOperationException($"The signal '{Name}' was required and is not there: given {_values.Count} times, all taken.");
        }
    }

    /// <summary>Checks that no value is left to take.</summary>
    /// <exception cref="InvalidOperationException">One or more were given and not taken.</exception>
    public void RequireEmpty()
    {
        lock (_gate)
        {
            if (_taken < _values.Count)
            {
                throw new InvalidOperationException(
                    $"The signal '{Name}' was given {_values.Count - _taken} times more than it was taken; the next value is {_values[_taken]}.");
            }
        }
    }

    /// <summary>Takes the next value, waiting for it.</summary>
    /// <param name="cancellationToken">Gives up the wait; if already cancelled it wins over a value.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; no value was taken.</exception>
    /// <exception cref="TimeoutException">No value came within <see cref="Patience"/>.</exception>
    public Task<T> WaitAsync(CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested
            ? Task.FromCanceled<T>(cancellationToken)
            : Enqueue(cancellationToken).WaitAsync();

    /// <summary>Takes the next value, blocking the thread until it comes.</summary>
    /// <inheritdoc cref="WaitAsync" path="/param|/exception"/>
    public T Wait(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Enqueue(cancellationToken).Wait();
    }

    /// <summary>Waits until the signal was given so often in all; takes none.</summary>
    /// <param name="count">How often, at least 1.</param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    /// <exception cref="TimeoutException">It was given less often within <see cref="Patience"/>.</exception>
    public Task WaitForCountAsync(int count, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var waiter = new PatientWaiter<bool>(
            () => $"The signal '{Name}' was given {Count} times, not {count}.", Patience, cancellationToken);
        lock (_gate)
        {
            if (_values.Count >= count)
            {
                return Task.CompletedTask;
            }

            _countWaiters.Add((count, waiter));
        }

        return waiter.WaitAsync();
    }

    private static TimeSpan Checked(TimeSpan patience)
    {
        if (patience != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(patience, TimeSpan.Zero, nameof(Patience));
        }

        return patience;
    }

    private PatientWaiter<T> Enqueue(CancellationToken cancellationToken)
    {
        var waiter = new PatientWaiter<T>(
            () => $"The signal '{Name}' did not come: given {Count} times, all taken.", Patience, cancellationToken);
        lock (_gate)
        {
            if (TryTakeLocked(out T? value))
            {
                waiter.SetResult(value!);
            }
            else
            {
                _waiters.Enqueue(waiter);
            }
        }

        return waiter;
    }

    private bool TryTakeLocked(out T? value)
    {
        bool isThere = _taken < _values.Count;
        value = isThere ? _values[_taken++] : default;
        return isThere;
    }
}
