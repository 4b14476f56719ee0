namespace Overlap.Actors;

/// <content>What a parent does about a child that failed. Run by whoever runs the parent.</content>
internal abstract partial class ActorCell
{
    // Owned by the parent's runner: when this one was restarted.
    private Queue<long>? _restartedAt;
    private ITimer? _restart;
    private List<ActorCell>? _escalated;    // Owned by whoever runs the actor: the children whose failure became its own.

    private void Supervise(ActorCell child, Exception error)
    {
        ActorCell[] children = Children();
        int place = Array.IndexOf(children, child);
        if (place < 0)
        {
            return;
        }

        SupervisionDirective directive = Decide(ref error);
        TimeSpan delay = TimeSpan.Zero;
        bool isExhausted = false;
        if (directive == SupervisionDirective.Restart && !MayRestart(child, out delay))
        {
            isExhausted = true;
            directive = Supervision.WhenExhausted;
        }

        if (directive == SupervisionDirective.Escalate && Parent is null)
        {
            directive = SupervisionDirective.Stop;
        }

        System.OnFailure(new ActorFailure(child.Path, error, directive, delay, isExhausted));
        ReadOnlySpan<ActorCell> affected = directive == SupervisionDirective.Resume ? children.AsSpan(place, 1) : Supervision.Scope switch
        {
            SupervisionScope.AllForOne => children,
            SupervisionScope.RestForOne => children.AsSpan(place),
            _ => children.AsSpan(place, 1),
        };
        switch (directive)
        {
            case SupervisionDirective.Restart when delay > TimeSpan.Zero:
                child.RestartLater(affected.ToArray(), delay);
                break;
            case SupervisionDirective.Escalate:
                (_escalated ??= []).Add(child);
                Fail(error);
                break;
            default:
                SystemMessage message = directive switch
                {
                    SupervisionDirective.Restart => new SystemMessage(SystemMessageKind.Restart),
                    SupervisionDirective.Resume => new SystemMessage(SystemMessageKind.Resume),
                    _ => new SystemMessage(SystemMessageKind.Stop, Error: error),
                };
                foreach (ActorCell one in affected)
                {
                    one.Send(message);
                }

                break;
        }
    }

    private SupervisionDirective Decide(ref Exception error)
    {
        try
        {
            return Supervision.Decide(error);
        }
        catch (Exception worse)
        {
            error = new AggregateException(error, worse);
            return SupervisionDirective.Escalate;
        }
    }

    private bool MayRestart(ActorCell child, out TimeSpan delay)
    {
        TimeProvider clock = System.TimeProvider;
        long now = clock.GetTimestamp();
        Queue<long> restarts = child._restartedAt ??= new Queue<long>();
        while (restarts.TryPeek(out long at) && clock.GetElapsedTime(at, now) > Supervision.Within)
        {
            _ = restarts.Dequeue();
        }

        delay = TimeSpan.Zero;
        if (restarts.Count >= Supervision.MaxRestarts)
        {
            return false;
        }

        delay = System.Spread(Supervision.Backoff, restarts.Count);
        restarts.Enqueue(now);
        return true;
    }

    // A timer that fires after its actor has ended finds one that listens no more.
    private void RestartLater(ActorCell[] affected, TimeSpan delay)
    {
        _restart?.Dispose();
        _restart = System.TimeProvider.CreateTimer(
            static state =>
            {
                foreach (ActorCell one in (ActorCell[])state!)
                {
                    one.Send(new SystemMessage(SystemMessageKind.Restart));
                }
            },
            affected,
            delay,
            Timeout.InfiniteTimeSpan);
    }
}
