namespace Overlap.Actors;

/// <summary>A timer of an actor. It comes in by the lane of system messages, so that one that was stopped is known there and tells nothing.</summary>
internal sealed class ActorTimer<TMessage>(ActorCell<TMessage> cell, object name, TMessage? message, bool isPeriodic) : IDisposable
{
    private ITimer? _timer;
    private int _isQueued;

    public object Name { get; } = name;

    public TMessage? Message { get; } = message;

    public bool IsPeriodic { get; } = isPeriodic;

    /// <summary>Whether it has fired and is not handled yet: a slow actor gets one message of a fast timer, not a row of them.</summary>
    public bool IsQueued
    {
        set => Volatile.Write(ref _isQueued, value ? 1 : 0);
    }

    /// <summary>Whether it fired while its actor was held. Owned by whoever runs the actor.</summary>
    public bool IsMissed { get; set; }

    public void Start(TimeProvider clock, TimeSpan due, TimeSpan period) =>
        _timer = clock.CreateTimer(static self => ((ActorTimer<TMessage>)self!).Fire(), this, due, period);

    public void Dispose() => _timer?.Dispose();

    private void Fire()
    {
        if (Interlocked.Exchange(ref _isQueued, 1) == 0)
        {
            cell.Send(new SystemMessage(SystemMessageKind.Timer, this));
        }
    }
}
