using Overlap.Waiting;

namespace Overlap.Actors;

/// <content>The ways of a message: straight into the mailbox, by its priority, or by a router to another actor.</content>
internal sealed partial class ActorCell<TMessage>
{
    /// <summary>Whether it takes no messages any more.</summary>
    public bool IsClosed => _mailbox.IsClosed;

    /// <summary>The messages that wait, and the one that is handled. As seen from outside: perhaps a little late.</summary>
    public int Load => _router is null ? _mailbox.Load : _router.QueueLength;

    /// <summary>Tells, unless it takes no messages any more; then the message is the caller's again.</summary>
    public bool TryTell(TMessage message, out TellResult result)
    {
        if (_router is not null)
        {
            return _router.TryTell(message, out result, out Exception? failure) || TryBury(message, failure, ref result);
        }

        if (!ActorTelemetry.HasListeners && _mailbox.TryPut(message, null, out bool wakes))
        {
            if (wakes)
            {
                Wake();
            }

            result = TellResult.Accepted;
            return true;
        }

        MailboxAnswer answer = Put(message, mayWait: false, ask: null, out _, out TMessage? evicted, out long position, out Exception? error);
        result = answer == MailboxAnswer.Closed ? TellResult.Stopped : Settle(message, answer, evicted, position, error);
        return answer != MailboxAnswer.Closed;
    }

    /// <inheritdoc cref="TryTell"/>
    public bool TryTellAsync(TMessage message, CancellationToken cancellationToken, out ValueTask told)
    {
        if (_router is not null)
        {
            return _router.TryTellAsync(message, cancellationToken, out told);
        }

        MailboxAnswer answer = Put(message, mayWait: true, ask: null, out Waiter<TMessage>? waiter, out TMessage? evicted, out long position, out Exception? error);
        told = answer == MailboxAnswer.Closed ? default : waiter?.WaitWithoutResultAsync(cancellationToken) ?? AfterTell(message, answer, evicted, position, error);
        return answer != MailboxAnswer.Closed;
    }

    /// <summary>The actor that a router gives this message to, this one if it is none; <see langword="null"/> if there is nobody.</summary>
    public ActorCell<TMessage>? Choose(TMessage message) => _router is null ? IsClosed ? null : this : _router.Choose(message);

    private ValueTask<TReply> AskAsync<TReply>(PendingAsk<TReply> ask, TMessage message, TimeSpan within, CancellationToken cancellationToken)
    {
        ValueTask<TReply> reply = ask.Start(within, out long ticket, cancellationToken);
        if (!ActorTelemetry.HasListeners && _mailbox.TryPut(message, ask, out bool wakes))
        {
            if (wakes)
            {
                Wake();
            }

            return reply;
        }

        MailboxAnswer answer = Put(message, mayWait: true, ask, out Waiter<TMessage>? waiter, out TMessage? evicted, out long position, out Exception? error);
        if (waiter is not null)
        {
            _ = FailUnlessAdmittedAsync(waiter.WaitWithoutResultAsync(CancellationToken.None), ask, ticket);
            return reply;
        }

        switch (Settle(message, answer, evicted, position, error))
        {
            case TellResult.Dropped:
                ask.TryFail(ticket, error ?? new MailboxFullException(Path, _mailbox.Capacity));
                break;
            case TellResult.Stopped:
                ask.TryFail(ticket, new ActorStoppedException(Path));
                break;
        }

        return reply;
    }

    private ValueTask AfterTell(TMessage message, MailboxAnswer answer, TMessage? evicted, long position, Exception? error) => Settle(message, answer, evicted, position, error) switch
    {
        _ when error is not null => ValueTask.FromException(error),
        TellResult.Stopped => ValueTask.FromException(new ActorStoppedException(Path)),
        TellResult.Dropped when _mailbox.Overflow is not MailboxOverflow.DropNewest => ValueTask.FromException(new MailboxFullException(Path, _mailbox.Capacity)),
        _ => Interleaver.IsOn ? Interleaver.Pause(default(ValueTask)) : default,
    };

    private TellResult TellRoutee(TMessage message)
    {
        if (!_router!.TryTell(message, out TellResult result, out Exception? failure))
        {
            Bury(message, result, failure);
        }

        return failure is null ? result : TellResult.Dropped;
    }

    private ValueTask TellRouteeAsync(TMessage message, CancellationToken cancellationToken)
    {
        try
        {
            if (_router!.TryTellAsync(message, cancellationToken, out ValueTask told))
            {
                return told;
            }
        }
        catch (Exception error)
        {
            Bury(message, TellResult.Dropped, error);
            return ValueTask.FromException(error);   // The key selector's.
        }

        Bury(message, _router.IsClosed ? TellResult.Stopped : TellResult.Dropped, null);
        return ValueTask.FromException(new ActorStoppedException(Path));
    }

    private ActorCell<TMessage> ChooseToAsk(TMessage message)
    {
        if (_router!.IsBroadcast)
        {
            throw new InvalidOperationException(
                $"{Path} gives each message to all: one handle takes one reply, and the others would be dead letters. Ask each actor by itself.");
        }

        try
        {
            return _router.Choose(message) ?? throw new ActorStoppedException(Path);
        }
        catch (Exception error)
        {
            bool isOurs = error is ActorStoppedException;
            Bury(message, _router.IsClosed ? TellResult.Stopped : TellResult.Dropped, isOurs ? null : error);
            throw;
        }
    }

    private void Bury(TMessage message, TellResult result, Exception? error) => System.OnDeadLetter(new DeadLetter(Path, message, (error, result) switch
    {
        (not null, _) => DeadLetterReason.NotOrdered,
        (_, TellResult.Stopped) => DeadLetterReason.ActorStopped,
        _ => DeadLetterReason.NoRoutee,
    })
    { Error = error });

    // A router below a router: what its own key selector threw is its own to tell; that it has nobody is the upper one's.
    private bool TryBury(TMessage message, Exception? error, ref TellResult result)
    {
        if (error is null)
        {
            return false;
        }

        result = TellResult.Dropped;
        Bury(message, result, error);
        return true;
    }

    private MailboxAnswer Put(
        TMessage message, bool mayWait, PendingAsk? ask, out Waiter<TMessage>? waiter, out TMessage? evicted, out long position, out Exception? error)
    {
        error = null;
        waiter = null;
        evicted = default;
        int priority = 0;
        try
        {
            priority = _priority?.Invoke(message) ?? 0;
        }
        catch (Exception thrown)
        {
            position = long.MaxValue;
            error = thrown;
            return MailboxAnswer.NotOrdered;
        }

        MessageTraces? traces = TracesIfWanted();
        MessageTrace trace = traces is null ? default : NewTrace();
        traces?.Enter();
        MailboxAnswer answer = _priority is null
            ? _mailbox.Put(message, mayWait, ask, out waiter, out evicted, out position)
            : _mailbox.PutByPriority(message, priority, mayWait, ask, out waiter, out position);
        traces?.Exit(answer, position, _mailbox.Capacity, trace);
        return answer;
    }
}
