using System.Threading.Tasks.Sources;

namespace Overlap.Waiting;

/// <summary>Carries finished things from many producers to one consumer that waits asynchronously.</summary>
/// <remarks>
/// Order: first in, first out.
/// Race: a producer that meets a parking consumer always wakes it.
/// Memory: unbounded; its users bound what can be in flight.
/// Cost: no allocation but the queue's own growth; one consumer at a time, who awaits each wait once.
/// </remarks>
internal sealed class CompletionQueue<T> : IValueTaskSource
{
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly Queue<T> _queue = new();
    private bool _parked;

    private ManualResetValueTaskSourceCore<bool> _wake = new() { RunContinuationsAsynchronously = true };

    public void Enqueue(T value)
    {
        _gate.Enter();
        _queue.Enqueue(value);
        bool wake = _parked;
        _parked = false;
        _gate.Exit();
        if (wake)
        {
            _wake.SetResult(true);
        }
    }

    public bool TryDequeue([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out T value)
    {
        _gate.Enter();
        bool any = _queue.TryDequeue(out value);
        _gate.Exit();
        return any;
    }

    /// <summary>Completes when there is something to take.</summary>
    public ValueTask WaitAsync()
    {
        _gate.Enter();
        try
        {
            if (_queue.Count > 0)
            {
                return default;
            }

            _wake.Reset();
            _parked = true;
            return new ValueTask(this, _wake.Version);
        }
        finally
        {
            _gate.Exit();
        }
    }

    void IValueTaskSource.GetResult(short token) => _wake.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _wake.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wake.OnCompleted(continuation, state, token, flags);
}
