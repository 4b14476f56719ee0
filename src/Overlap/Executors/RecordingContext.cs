using Overlap.Timelines;
using Overlap.Waiting;

namespace Overlap.Executors;

/// <summary>Brings the continuations of one asynchronous call back through here, so that the time they run can be taken down.</summary>
/// <remarks>Continuations after <c>ConfigureAwait(false)</c> do not come back; what they use shows as unattributed.</remarks>
internal sealed class RecordingContext : SynchronizationContext
{
    private readonly SpanRecorder _span;
    private readonly SynchronizationContext? _outer = Current;

    private RecordingContext(SpanRecorder span) => _span = span;

    /// <summary>Begins the first stretch, on the thread that starts the call and inside the call's own flow.</summary>
    public static RecordingContext Enter(SpanRecorder span)
    {
        RecordingContext context = new(span);
        SetSynchronizationContext(context);
        SpanRecorder.Current = span;
        span.BeginWork();
        return context;
    }

    /// <summary>Leaves the call's flow.</summary>
    /// <param name="ended">Whether the call has ended: then its end closes the stretch too, and the clocks are read once less.</param>
    public void Leave(bool ended)
    {
        if (!ended)
        {
            _span.EndWork();
        }

        SetSynchronizationContext(_outer);
    }

    public override void Post(SendOrPostCallback d, object? state) => Continuations.Post(new Continuation(this, d, state));

    public override void Send(SendOrPostCallback d, object? state) => d(state);

    private void RunContinuation(SendOrPostCallback callback, object? state)
    {
        SynchronizationContext? outer = Current;
        SetSynchronizationContext(this);
        _span.BeginWork();
        try
        {
            callback(state);
        }
        finally
        {
            _span.EndWork();
            SetSynchronizationContext(outer);
        }
    }

    private sealed class Continuation(RecordingContext context, SendOrPostCallback callback, object? state) : IThreadPoolWorkItem
    {
        public void Execute() => context.RunContinuation(callback, state);
    }
}
