namespace Overlap.Tests.Synchronization;

/// <summary>A context that runs something of the test's own whenever a continuation is posted to it: on the very thread, and at the very moment, of the completion.</summary>
internal sealed class InlineContext(Action onPost) : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object? state)
    {
        onPost();
        ThreadPool.QueueUserWorkItem(_ => d(state));
    }

    /// <summary>Lets a wait be awaited in this context.</summary>
    public Task ListenAsync(Func<Task> wait)
    {
        SynchronizationContext? before = Current;
        SetSynchronizationContext(this);
        try
        {
            return wait();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }
}
