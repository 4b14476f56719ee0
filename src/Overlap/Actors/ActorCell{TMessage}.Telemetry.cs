using System.Diagnostics;
using Overlap.Executors;
using Overlap.Timelines;

namespace Overlap.Actors;

/// <content>What it reports of each message: an activity, a duration, a span on its lane. Nothing of it is done while nobody wants it.</content>
internal sealed partial class ActorCell<TMessage>
{
    private readonly LaneRecorder? _lane;
    private MessageTraces? _traces;        // Made once somebody listens.

    // Owned by whoever runs the actor: the message that is handled.
    private bool _isObserving;
    private Activity? _activity;
    private SpanRecorder? _span;
    private long _observedSince;

    private bool IsObserved => _lane is not null || ActorTelemetry.IsOn;

    private ValueTask ReceiveObserved(TMessage message)
    {
        _isObserving = true;
        MessageTrace trace = default;
        bool isTraced = Volatile.Read(ref _traces)?.TryTake(_mailbox.LastTaken, out trace) == true;
        _observedSince = System.TimeProvider.GetTimestamp();
        _activity = ActorTelemetry.HasListeners ? ActorTelemetry.Start(Path, typeof(TMessage).Name, trace.Parent) : null;
        if (_lane?.TakesCall() != true)
        {
            return Receive(message);
        }

        long now = System.Options.Timeline!.GetTimestamp();
        _span = _lane.BeginAsynchronous(_handled + 1, typeof(TMessage).Name, isTraced ? trace.QueuedAt : now);
        RecordingContext context = RecordingContext.Enter(_span);
        ValueTask step = Receive(message);
        context.Leave(step.IsCompleted);
        return step;
    }

    private void EndObserved(Exception? error)
    {
        _isObserving = false;
        SpanStatus status = error is null ? SpanStatus.Succeeded : SpanStatus.Failed;
        _span?.End(status);
        _span = null;
        if (_activity is { } activity)
        {
            // A handler that waited ends on the stack of who ended the wait, whose own activity must stay.
            Activity? outer = Activity.Current;
            _activity = null;
            if (error is not null)
            {
                _ = activity.SetStatus(ActivityStatusCode.Error, error.Message);
            }

            activity.Stop();
            if (outer != activity)
            {
                Activity.Current = outer;
            }
        }

        ActorTelemetry.RecordEnd(System.TimeProvider.GetElapsedTime(_observedSince), typeof(TMessage).Name, status);
    }

    private MessageTraces? TracesIfWanted()
    {
        if (_lane is null && (!ActorTelemetry.HasListeners || Activity.Current is null))
        {
            return null;
        }

        return Volatile.Read(ref _traces) ?? Interlocked.CompareExchange(ref _traces, new MessageTraces(), null) ?? _traces;
    }

    private MessageTrace NewTrace() => new(System.Options.Timeline?.GetTimestamp() ?? 0, Activity.Current?.Context ?? default);
}
