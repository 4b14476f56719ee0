using Overlap.Timelines;
using Overlap.Waiting;

namespace Overlap.Executors;

/// <summary>Brings the continuations of one asynchronous call back through here, so that the time they run can be taken down.</summary>
/// <remarks>Continuations after <c>ConfigureAwait(false)</c> do not come back; what they use shows as unattributed.</remarks>
internal sealed class RecordingContext(SpanRecorder span) : SynchronizationContext
{
    private SynchronizationContext? _outer;

    /// <summary>Begins the first stretch, on the thread that starts the call and inside the call's own flow.</summary>
    public void Enter()
    {
        _outer = Current;
        SetSynchronizationContext(this);
        SpanRecorder.Current = span;
        span.BeginWork();
    }

    public void Leave()
    {
        span.EndWork();
        SetSynchronizationContext(_outer);
    }

    public override void Post(SendOrPostCallback d, object? state) => Continuations.Post(new Continuation(this, d, state));

    public override void Send(SendOrPostCallback d, object? state) => d(state);

    private sealed class Continuation(RecordingContext context, SendOrPostCallback callback, object? state) : IThreadPoolWorkItem
    {
        public void Execute() => context.RunContinuation(callback, state);
    }

    private void RunContinuation(SendOrPostCallback callback, object? state)
    {
        SynchronizationContext? outer = Current;
        SetSynchronizationContext(this);
        span.BeginWork();
        try
        {
            callback(state);
        }
        finally
        {
            span.EndWork();
            SetSynchronizationContext(outer);
        }
    }
}
