using Overlap.Executors;
using Overlap.Timelines;
using Overlap.Waiting;

namespace Overlap.Pipelines;

/// <summary>The lanes of a stage in a timeline: as many as it had calls, or sources, at work at the same time.</summary>
/// <remarks>
/// Work is what a lane's spans show. A gap is a wait for input, and what is held back a wait for output.
/// Spans of a lane do not overlap: a lane is given on when its span has ended.
/// </remarks>
internal sealed class StageLanes(TimelineRecorder recorder, string name)
{
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly List<LaneRecorder> _all = [];
    private readonly PriorityQueue<Place, int> _free = new();   // The first is taken first, so that there are no more than need be.
    private int _calls;

    /// <summary>Reads the recorder's clock.</summary>
    public long Now() => recorder.GetTimestamp();

    /// <summary>Takes a lane that nobody writes to.</summary>
    public LaneRecorder Take(out int number)
    {
        _gate.Enter();
        LaneRecorder lane = _free.TryDequeue(out Place place, out _) ? place.Lane : OpenLocked();
        number = _calls++;
        _gate.Exit();
        return lane;
    }

    /// <summary>Gives a lane back whose span has ended.</summary>
    public void Return(LaneRecorder lane)
    {
        _gate.Enter();
        _free.Enqueue(new Place(lane, Now()), lane.Index);
        _gate.Exit();
    }

    /// <summary>Takes down that a place of the stage stood idle since its consumer did not take what was done.</summary>
    /// <remarks>Called under the gate of the window, once for each wait and with a timeline only.</remarks>
    public void WasHeldBack(TimeSpan time)
    {
        long now = Now();
        long since = now - recorder.ToTicks(time);
        _gate.Enter();
        try
        {
            // One that was free all the time. There is one: nothing begins while the stage is full.
            foreach ((Place place, int index) in _free.UnorderedItems)
            {
                if (place.FreeSince <= since)
                {
                    place.Lane.AddHeldBack(_calls++, since, now);
                    _free.Remove(place, out _, out _);
                    _free.Enqueue(place with { FreeSince = now }, index);
                    return;
                }
            }
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>Takes down each call of a synchronous body.</summary>
    public Func<T, CancellationToken, TResult> Recorded<T, TResult>(Func<T, CancellationToken, TResult> body) => (item, cancellationToken) =>
    {
        LaneRecorder lane = Take(out int number);
        SpanStatus status = SpanStatus.Failed;
        lane.Begin(number, label: null, Now());
        try
        {
            TResult result = body(item, cancellationToken);
            status = SpanStatus.Succeeded;
            return result;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            status = SpanStatus.Canceled;
            throw;
        }
        finally
        {
            lane.End(status);
            Return(lane);
        }
    };

    /// <summary>Takes down each call of an asynchronous body.</summary>
    public Func<T, CancellationToken, ValueTask<TResult>> Recorded<T, TResult>(Func<T, CancellationToken, ValueTask<TResult>> body) =>
        (item, cancellationToken) => RunAsync(body, item, cancellationToken);

    private async ValueTask<TResult> RunAsync<T, TResult>(
        Func<T, CancellationToken, ValueTask<TResult>> body, T item, CancellationToken cancellationToken)
    {
        LaneRecorder lane = Take(out int number);
        SpanRecorder span = lane.BeginAsynchronous(number, label: null, Now());
        SpanStatus status = SpanStatus.Failed;
        try
        {
            ValueTask<TResult> running;
            RecordingContext context = RecordingContext.Enter(span);
            try
            {
                running = body(item, cancellationToken);
            }
            finally
            {
                context.Leave(ended: false);
            }

            TResult result = await running.ConfigureAwait(Interleaver.KeepsContext);
            status = SpanStatus.Succeeded;
            return result;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            status = SpanStatus.Canceled;
            throw;
        }
        finally
        {
            span.End(status);
            Return(lane);
        }
    }

    private LaneRecorder OpenLocked()
    {
        LaneRecorder lane = recorder.OpenLane(_all.Count == 0 ? name : $"{name} {_all.Count + 1}", LaneKind.Slot);
        _all.Add(lane);
        return lane;
    }

    private readonly record struct Place(LaneRecorder Lane, long FreeSince);
}
