using System.Threading.Tasks.Sources;
using Overlap.Waiting;

namespace Overlap.Actors;

/// <summary>An ask that waits for a reply of one type. Pooled; the wait itself is a <see cref="Waiter{TResult}"/>.</summary>
internal sealed class PendingAsk<TReply> : PendingAsk, IValueTaskSource<TReply>, IWaiterOwner
{
    private static readonly Magazines<PendingAsk> Shared = new();

    // A list by Next of asks that nobody uses; each thread has its own, so that no gate guards it.
    [ThreadStatic]
    private static PendingAsk? _pool;

    [ThreadStatic]
    private static int _pooled;

    private Waiter<TReply>? _waiter;
    private long _takenAtStart;
    private Type _messageType = typeof(object);

    public ReplyTo<TReply> Handle => new(this, Target!, Ticket);

    public static PendingAsk<TReply> Rent(ActorCell target, ActorCell? asker, Type messageType)
    {
        PendingAsk? pooled = _pool;
        if (pooled is not null)
        {
            _pool = pooled.Next;
            _pooled--;
        }
        else if (Shared.Take() is { } magazine)
        {
            pooled = magazine;
            _pool = magazine.Next;
            _pooled = Magazines<PendingAsk>.Size - 1;
        }

        PendingAsk<TReply> ask = (PendingAsk<TReply>?)pooled ?? new PendingAsk<TReply>();
        ask.Next = null;
        ask.Target = target;
        ask.Asker = asker;
        ask.Position = long.MaxValue;
        ask._messageType = messageType;
        ask._waiter = Waiter<TReply>.Rent(ask);
        return ask;
    }

    /// <summary>Lets go of an ask whose message could not be made.</summary>
    public void Abandon()
    {
        _waiter!.Discard();
        Ticket++;
        Keep();
    }

    /// <summary>Names who is to answer, once a router has chosen by the message. Before the wait begins.</summary>
    public void Redirect(ActorCell target) => Target = target;

    /// <summary>Begins the wait.</summary>
    public ValueTask<TReply> Start(TimeSpan within, out long ticket, CancellationToken cancellationToken)
    {
        ticket = Ticket;
        short version = _waiter!.Version;
        Waiter<TReply> waiter = _waiter;
        _takenAtStart = Target!.TakenSoFar;
        Target.System.Deadlines.Add(this, within);

        // The wait's own task source is not handed out: this one is, which sees when the wait is awaited.
        waiter.Begin(cancellationToken);
        return new ValueTask<TReply>(this, version);
    }

    public bool TryComplete(long ticket, TReply reply)
    {
        Waiter<TReply>? waiter = _waiter;
        if (!TryTake(ticket))
        {
            return false;
        }

        waiter!.Complete(reply);
        return true;
    }

    public bool TryFail(long ticket, Exception error)
    {
        Waiter<TReply>? waiter = _waiter;
        if (!TryTake(ticket))
        {
            return false;
        }

        waiter!.Fail(error);
        return true;
    }

    public override void Expire(TimeSpan within)
    {
        ActorCell target = Target!;
        TimeProvider clock = target.System.TimeProvider;
        bool waits = target.TryGetWait(out object? handling, out long since);
        TimeSpan? handlingFor = waits ? clock.GetElapsedTime(since)
            : target.IsHandling && target.TakenSoFar == _takenAtStart && Position > _takenAtStart ? within
            : null;
        _waiter!.Fail(new AskTimeoutException(target.Path, _messageType.Name, within, target.QueueLength, handling, handlingFor));
    }

    public override void Fail(Exception error) => _waiter!.Fail(error);

    public TReply GetResult(short token)
    {
        Waiter<TReply> waiter = _waiter ?? throw new InvalidOperationException("An ask may be awaited once; AsTask() makes a task that may be awaited often.");
        ActorCell? asker = Asker;
        if (((IValueTaskSource<TReply>)waiter).GetStatus(token) == ValueTaskSourceStatus.Pending)
        {
            throw new InvalidOperationException("The ask has not ended: await it.");
        }

        asker?.EndWait(this);
        _waiter = null;
        Target = null;
        Asker = null;
        Keep();
        return waiter.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource<TReply>.GetStatus(short token) => ((IValueTaskSource<TReply>)_waiter!).GetStatus(token);

    void IValueTaskSource<TReply>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        IValueTaskSource<TReply> waiter = _waiter!;
        if (Asker is { } asker)
        {
            long ticket = Ticket;
            if (asker.BeginWait(this) is { } chain)
            {
                _ = TryFail(ticket, new AskCycleException(chain));
            }
        }

        waiter.OnCompleted(continuation, state, token, flags);
    }

    bool IWaiterOwner.GiveUp(Waiter waiter)
    {
        // A cancellation that comes late may find the ask with another wait.
        long ticket = Ticket;
        return ReferenceEquals(_waiter, waiter) && TryTake(ticket);
    }

    private bool TryTake(long ticket) => Target is { } target && target.System.Deadlines.TryTake(this, ticket);

    private void Keep()
    {
        if (_pooled == Magazines<PendingAsk>.Size)
        {
            Shared.Give(_pool!);
            _pool = null;
            _pooled = 0;
        }

        Next = _pool;
        _pool = this;
        _pooled++;
    }
}
