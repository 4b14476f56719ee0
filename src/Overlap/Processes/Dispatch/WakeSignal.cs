using System.Threading.Tasks.Sources;

namespace Overlap.Processes.Dispatch;

/// <summary>Wakes one waiter; a signal that comes before the wait is kept, several are one.</summary>
internal sealed class WakeSignal : IValueTaskSource
{
    private const int None = 0;
    private const int Signaled = 1;
    private const int Awaited = 2;

    private int _state;
    private ManualResetValueTaskSourceCore<bool> _wake = new() { RunContinuationsAsynchronously = true };

    /// <summary>Guards the links between the pieces whose consumer waits.</summary>
    public Lock Links { get; } = new();

    public void Set()
    {
        // Always by exchange: a look alone could be passed by the write that it is about.
        if (Interlocked.Exchange(ref _state, Signaled) == Awaited)
        {
            _wake.SetResult(true);
        }
    }

    /// <summary>Completes at the next signal, and takes it. Awaited by one at a time, once each.</summary>
    public ValueTask WaitAsync()
    {
        _wake.Reset();
        if (Interlocked.CompareExchange(ref _state, Awaited, None) == None)
        {
            return new ValueTask(this, _wake.Version);
        }

        Take();
        return default;
    }

    void IValueTaskSource.GetResult(short token)
    {
        _wake.GetResult(token);
        Take();
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _wake.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wake.OnCompleted(continuation, state, token, flags);

    // What is looked at after this was written before the signal, or signals again.
    private void Take() => Interlocked.Exchange(ref _state, None);
}
