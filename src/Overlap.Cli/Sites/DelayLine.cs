namespace Overlap.Cli.Sites;

/// <summary>Lets requests pass after a fixed delay, to the millisecond.</summary>
/// <remarks>
/// The runtime's timers go by a clock that the kernel advances every few milliseconds: a delay of 85 ms took up to 89, and every
/// figure measured against the site carried that error. One thread that waits for the first request due has the kernel's fine timers.
/// Order: first come, first served; all delays are equal, so the first in is the first due.
/// </remarks>
internal sealed class DelayLine : IDisposable
{
    private readonly long _delay;
    private readonly TimeProvider _clock;
    private readonly object _gate = new();

    // Guarded by _gate.
    private readonly Queue<(long Due, TaskCompletionSource Passed)> _waiting = new();
    private bool _isDisposed;

    public DelayLine(TimeSpan delay, TimeProvider clock)
    {
        _clock = clock;
        _delay = (long)(delay.TotalSeconds * clock.TimestampFrequency);
        new Thread(LetPass) { IsBackground = true, Name = "site delays" }.UnsafeStart();
    }

    /// <summary>Completes when the delay has passed.</summary>
    public Task WaitAsync()
    {
        TaskCompletionSource passed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        long due = _clock.GetTimestamp() + _delay;
        Monitor.Enter(_gate);
        _waiting.Enqueue((due, passed));
        if (_waiting.Count == 1)
        {
            Monitor.Pulse(_gate);
        }

        Monitor.Exit(_gate);
        return passed.Task;
    }

    /// <summary>Lets everybody pass at once and ends the thread.</summary>
    public void Dispose()
    {
        Monitor.Enter(_gate);
        _isDisposed = true;
        Monitor.Pulse(_gate);
        Monitor.Exit(_gate);
    }

    private void LetPass()
    {
        while (TakeDue() is { } passed)
        {
            passed.SetResult();
        }
    }

    private TaskCompletionSource? TakeDue()
    {
        Monitor.Enter(_gate);
        try
        {
            while (true)
            {
                if (_waiting.TryPeek(out (long Due, TaskCompletionSource Passed) first))
                {
                    double left = (first.Due - _clock.GetTimestamp()) * 1_000.0 / _clock.TimestampFrequency;
                    if (left <= 0 || _isDisposed)
                    {
                        return _waiting.Dequeue().Passed;
                    }

                    // Never early: a wait is rounded up to the millisecond that it is told in.
                    Monitor.Wait(_gate, (int)Math.Ceiling(left));
                }
                else if (_isDisposed)
                {
                    return null;
                }
                else
                {
                    Monitor.Wait(_gate);
                }
            }
        }
        finally
        {
            Monitor.Exit(_gate);
        }
    }
}
