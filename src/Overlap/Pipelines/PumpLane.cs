using Overlap.Timelines;
using Overlap.Waiting;

namespace Overlap.Pipelines;

/// <summary>Takes down what a pump does: a span for each stretch in which its source had items, in it where the stage had no room.</summary>
/// <remarks>Owned by the pump: it does one thing at a time.</remarks>
internal sealed class PumpLane<T>(StageMeter meter, StageLanes lanes, Func<T, ValueTask<bool>> accept) : IInputWatch
{
    // A span keeps the places of about a thousand phases; beyond that a new one begins.
    private const int MostPhases = 500;

    private readonly LaneRecorder _lane = lanes.Take(out _);
    private SpanRecorder? _span;
    private long _items;
    private int _phases;

    public void BeginInputWait()
    {
        meter.BeginInputWait();
        EndSpan();
    }

    public void EndInputWait()
    {
        meter.EndInputWait();
        BeginSpan();
    }

    /// <summary>Hands an item on to the stage.</summary>
    public ValueTask<bool> AcceptAsync(T item)
    {
        if (_span is null || _phases == MostPhases)
        {
            EndSpan();
            BeginSpan();
        }

        _items++;
        ValueTask<bool> accepted = accept(item);
        return accepted.IsCompleted ? accepted : WaitAsync(accepted);
    }

    /// <summary>The pump has ended.</summary>
    public void End()
    {
        EndSpan();
        lanes.Return(_lane);
    }

    private async ValueTask<bool> WaitAsync(ValueTask<bool> accepted)
    {
        long since = lanes.Now();
        _span!.EndWork();
        _phases++;
        bool isIn = await accepted.ConfigureAwait(Interleaver.KeepsContext);
        _span.AddPhase(SpanPhase.Throttled, since);
        _span.BeginWork();
        return isIn;
    }

    private void BeginSpan()
    {
        _phases = 0;
        _span = _lane.BeginAsynchronous(_items, label: null, lanes.Now());
        _span.BeginWork();
    }

    private void EndSpan()
    {
        _span?.End(SpanStatus.Succeeded);
        _span = null;
    }
}
