namespace Overlap.Actors;

/// <content>What an actor's context offers: behaviours, stash, timers. Called by the actor only, while it is run.</content>
internal sealed partial class ActorCell<TMessage>
{
    private static readonly object ReceiveTimeoutName = new();

    private Dictionary<object, ActorTimer<TMessage>>? _timers;
    private TimeSpan? _receiveTimeout;

    public int StashCount => _stash?.Count ?? 0;

    public void Become(Func<TMessage, ValueTask> behavior)
    {
        (_behaviors ??= new Stack<Func<TMessage, ValueTask>?>()).Push(_behavior);
        _behavior = behavior;
    }

    public bool Unbecome()
    {
        if (_behaviors?.TryPop(out Func<TMessage, ValueTask>? previous) != true)
        {
            return false;
        }

        _behavior = previous;
        return true;
    }

    public bool Stash(TMessage message, int most)
    {
        _stash ??= new Queue<TMessage>();
        if (_stash.Count >= most)
        {
            System.OnDeadLetter(new DeadLetter(Path, message, DeadLetterReason.StashFull));
            return false;
        }

        _stash.Enqueue(message);
        return true;
    }

    /// <summary>Puts what was stashed before the mailbox, and before what was unstashed earlier and is not handled yet: it is older.</summary>
    public void Unstash()
    {
        if (_stash is not { Count: > 0 })
        {
            return;
        }

        while (_unstashed?.TryDequeue(out TMessage? later) == true)
        {
            _stash.Enqueue(later);
        }

        (_unstashed, _stash) = (_stash, _unstashed);
    }

    public void StartTimer(object name, TMessage? message, TimeSpan due, TimeSpan period)
    {
        _ = StopTimer(name);
        ActorTimer<TMessage> timer = new(this, name, message, period != Timeout.InfiniteTimeSpan);
        (_timers ??= [])[name] = timer;
        timer.Start(System.TimeProvider, due, period);
    }

    public bool StopTimer(object name)
    {
        if (_timers?.Remove(name, out ActorTimer<TMessage>? timer) != true)
        {
            return false;
        }

        timer!.Dispose();
        return true;
    }

    public void SetReceiveTimeout(TimeSpan? after)
    {
        _receiveTimeout = after;
        if (after is null)
        {
            _ = StopTimer(ReceiveTimeoutName);
        }
        else
        {
            RestartReceiveTimeout();
        }
    }

    /// <summary>Handles the message of a timer, if it is still the one of its name.</summary>
    protected override ValueTask OnTimerAsync(object timer)
    {
        ActorTimer<TMessage> fired = (ActorTimer<TMessage>)timer;
        fired.IsMissed = !MayHandle;
        if (fired.IsMissed)
        {
            return default;
        }

        fired.IsQueued = false;
        if (_timers?.GetValueOrDefault(fired.Name) != fired)
        {
            return default;
        }

        if (!fired.IsPeriodic)
        {
            _ = StopTimer(fired.Name);
        }

        if (ReferenceEquals(fired.Name, ReceiveTimeoutName))
        {
            return _mailbox.Count > 0 ? default : OnSignalAsync(new ReceiveTimeout(_receiveTimeout!.Value));
        }

        Volatile.Write(ref _handled, _handled + 1);
        return Receive(fired.Message!);
    }

    /// <summary>Has the timers told that fired while the actor was held.</summary>
    protected override void RecallTimers()
    {
        if (_timers is null)
        {
            return;
        }

        foreach (ActorTimer<TMessage> timer in _timers.Values)
        {
            if (timer.IsMissed)
            {
                Send(new SystemMessage(SystemMessageKind.Timer, timer));
            }
        }
    }

    private void RestartReceiveTimeout()
    {
        if (_receiveTimeout is { } after)
        {
            StartTimer(ReceiveTimeoutName, default, after, Timeout.InfiniteTimeSpan);
        }
    }

    private void StopTimers()
    {
        if (_timers is not null)
        {
            foreach (ActorTimer<TMessage> timer in _timers.Values)
            {
                timer.Dispose();
            }

            _timers = null;
        }

        _receiveTimeout = null;
    }
}
