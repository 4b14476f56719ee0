using System.Threading.Tasks.Sources;

namespace Overlap.Tests.Actors;

/// <summary>What a handler gives back that waits until a test ends it, and that tells the test when the actor has begun to wait.</summary>
internal sealed class HeldTurn : IValueTaskSource
{
    private readonly TaskCompletionSource _awaited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ManualResetValueTaskSourceCore<bool> _core;

    public ValueTask Handler => new(this, _core.Version);

    public Task IsAwaited => _awaited.Task;

    public void End() => _core.SetResult(true);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.GetResult(short token)
    {
        _core.GetResult(token);
        _core.Reset();
    }

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        _core.OnCompleted(continuation, state, token, flags);
        _awaited.TrySetResult();
    }
}
