using System.Collections.Immutable;
using Overlap.Adaptation;
using Overlap.Executors;

namespace Overlap.Advice.Probing;

/// <summary>Notes when the other side has had enough, and then stops the order. Thread-safe.</summary>
/// <param name="timeProvider">The clock.</param>
/// <param name="origin">The reading of it at which the timeline begins.</param>
/// <param name="stop">What is stopped.</param>
internal sealed class RefusalLog(TimeProvider timeProvider, long origin, ProbeStop stop) : IRefusalListener
{
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly List<TimeSpan> _refusedAt = [];
    private TimeSpan _retryAfter;

    public ImmutableArray<TimeSpan> RefusedAt
    {
        get
        {
            using Lock.Scope held = _gate.EnterScope();
            return [.. _refusedAt];
        }
    }

    public TimeSpan RetryAfter
    {
        get
        {
            using Lock.Scope held = _gate.EnterScope();
            return _retryAfter;
        }
    }

    public bool IsRefusal(Exception exception) => Overload.IsKnown(exception);

    public void OnRefused(TimeSpan? retryAfter)
    {
        using Lock.Scope held = _gate.EnterScope();
        _refusedAt.Add(timeProvider.GetElapsedTime(origin));
        _retryAfter = retryAfter > _retryAfter ? retryAfter.Value : _retryAfter;
        stop.Stop();
    }
}
