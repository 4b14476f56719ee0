using System.Runtime.CompilerServices;
using Overlap.Timelines;
using Overlap.Waiting;

namespace Overlap.Actors;

/// <summary>The half of an actor that knows its messages: mailbox, instance, and the loop that brings them together.</summary>
internal sealed partial class ActorCell<TMessage> : ActorCell
{
    // After so many messages in a row the next are likely to be on their way. To look at once would take the memory from their writers, for one message
    // or none; after a microsecond there is another row. Without a row nothing is waited for.
    private const int BusyRow = 32;
    private const int SpinsAfterRow = 32;

    private readonly Func<Actor<TMessage>> _factory;
    private readonly Mailbox<TMessage> _mailbox;
    private readonly MessageReader<TMessage> _reader;
    private readonly int _throughput;
    private readonly Func<TMessage, int>? _priority;
    private readonly Router<TMessage>? _router;      // Gives the messages to others; its own mailbox stays empty then.

    // Owned by whoever runs the actor; the counts are read by others, who may see them a little late.
    private Actor<TMessage>? _actor;
    private Func<TMessage, ValueTask>? _behavior;   // Null: the actor's own method.
    private Stack<Func<TMessage, ValueTask>?>? _behaviors;
    private Queue<TMessage>? _stash;
    private Queue<TMessage>? _unstashed;             // Before the mailbox.
    private ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter _step;
    private bool _stepIsMessage;
    private Action? _resume;
    private long _handled;
    private long _failed;
    private long _restarts;

    // What the handler that waits is about, for the text of a missed deadline: _waits modulo 3 is 0 for none, 1 while it is written, 2 when it is whole.
    private TMessage? _waitsWith;
    private long _waitsSince;
    private long _waits;

    public ActorCell(ActorSystem system, ActorCell? parent, int number, Func<Actor<TMessage>> factory, ActorOptions options, Router<TMessage>? router = null)
        : base(system, parent, options.Name, number, options.Supervision ?? system.Options.Supervision)
    {
        MailboxOptions mailbox = router is null ? options.Mailbox ?? system.Options.Mailbox : MailboxOptions.Unbounded;
        _factory = factory;
        _priority = mailbox.Priority is null ? null : mailbox.Priority as Func<TMessage, int>
            ?? throw new ArgumentException($"The mailbox orders other messages than {typeof(TMessage).Name}.", nameof(options));
        _lane = parent is null || router is not null ? null : system.Options.Timeline?.OpenLane(Path, LaneKind.Slot);
        _mailbox = new Mailbox<TMessage>(mailbox, router is not null || _lane is not null);
        _router = router;
        _reader = _mailbox.Reader;
        _throughput = system.Options.Throughput;
        Typed = new ActorRef<TMessage>(this, _mailbox);
    }

    public ActorRef<TMessage> Typed { get; }

    public override ActorRef Reference => Typed;

    public override Type MessageType => typeof(TMessage);

    public override int QueueLength => _router?.QueueLength ?? _mailbox.Count;

    public override long TakenSoFar => _mailbox.Taken;

    public override bool IsRouter => _router is not null;

    public override bool HasWaiting(long position) => _mailbox.HasWaiting(position);

    protected override long Handled => _handled;

    protected override bool HasInstance => _actor is not null;

    public override void Send(SystemMessage message)
    {
        if (_mailbox.PutSystem(message))
        {
            Continuations.Post(this);
        }
    }

    /// <summary>Runs the actor, for who put in a message that wakes it.</summary>
    public void Wake() => Continuations.Post(this);

    /// <summary>Tells a message to a mailbox that did not take it at once.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public TellResult TellSlowly(TMessage message)
    {
        if (_router is not null)
        {
            return TellRoutee(message);
        }

        MailboxAnswer answer = Put(message, mayWait: false, ask: null, out _, out TMessage? evicted, out long position, out Exception? error);
        return Settle(message, answer, evicted, position, error);
    }

    /// <inheritdoc cref="TellSlowly"/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public ValueTask TellSlowlyAsync(TMessage message, CancellationToken cancellationToken)
    {
        if (_router is not null)
        {
            return TellRouteeAsync(message, cancellationToken);
        }

        MailboxAnswer answer = Put(message, mayWait: true, ask: null, out Waiter<TMessage>? waiter, out TMessage? evicted, out long position, out Exception? error);
        return waiter?.WaitWithoutResultAsync(cancellationToken) ?? AfterTell(message, answer, evicted, position, error);
    }

    public ValueTask<TReply> AskAsync<TReply>(Func<ReplyTo<TReply>, TMessage> make, TimeSpan within, CancellationToken cancellationToken)
    {
        PendingAsk<TReply> ask = PendingAsk<TReply>.Rent(this, Current, typeof(TMessage));
        ActorCell<TMessage> target = this;
        TMessage message;
        try
        {
            message = make(ask.Handle);
            if (_router is not null)
            {
                target = ChooseToAsk(message);
                ask.Redirect(target);
            }
        }
        catch
        {
            ask.Abandon();
            throw;
        }

        return target.AskAsync(ask, message, within, cancellationToken);
    }

    public override ActorStatistics GetStatistics()
    {
        ActorStatistics own = new()
        {
            Path = Path,
            QueueLength = _mailbox.Count,
            WaitingForRoom = _mailbox.WaitingCount,
            Handled = Volatile.Read(ref _handled),
            Failed = Volatile.Read(ref _failed),
            Restarts = Volatile.Read(ref _restarts),
            Children = Children().Length,
            IsStopped = IsEnded,
        };
        return _router?.AddTo(own) ?? own;
    }

    /// <summary>Tells about which message the handler waits, and since when.</summary>
    public override bool TryGetWait(out object? message, out long since)
    {
        long version = Volatile.Read(ref _waits);
        TMessage? waitsWith = _waitsWith;
        since = _waitsSince;
        Interlocked.MemoryBarrier();
        bool isWhole = version % 3 == 2 && version == Volatile.Read(ref _waits);
        message = isWhole ? waitsWith : null;
        return isWhole;
    }

    protected override void Run()
    {
        int left = _throughput;
        bool isObserved = IsObserved;
        int row = 0;
        while (true)
        {
            ValueTask step;
            TMessage? message = default;
            bool isMessage = false;
            if (_reader.SystemCount != 0 && _mailbox.TryTakeSystem(out SystemMessage system))
            {
                step = HandleAsync(system);
            }
            else if (row >= BusyRow && _reader.IsCaughtUp)
            {
                row = 0;
                Thread.SpinWait(SpinsAfterRow);
                continue;
            }
            else if (MayHandle && (_unstashed?.TryDequeue(out message) == true || _reader.TryTake(out message)))
            {
                isMessage = true;
                step = isObserved ? ReceiveObserved(message!) : Receive(message!);
                left--;
                row++;
            }
            else if (IsDraining)
            {
                step = EndAsync(SystemMessageKind.Drain);
            }
            else if (IsLookedAt && (!MayHandle || _mailbox.WaitingCount == 0))
            {
                AnswerLooks();
                continue;
            }
            else if (_mailbox.TrySleep(isDozing: !MayHandle))
            {
                return;
            }
            else
            {
                continue;
            }

            if (!step.IsCompleted)
            {
                Await(step, message, isMessage);
                return;
            }

            Finish(step, isMessage);
            if (left <= 0)
            {
                Continuations.Post(this);
                return;
            }
        }
    }

    protected override void Make()
    {
        Actor<TMessage> actor = _factory() ?? throw new InvalidOperationException($"The factory of {Path} gave no actor.");
        actor.Enter(this);
        _actor = actor;
    }

    protected override ValueTask OnStartAsync() => _actor!.StartAsync();

    protected override async ValueTask OnStopAsync(StopReason reason)
    {
        Actor<TMessage> actor = _actor!;
        _actor = null;
        await actor.StopAsync(reason).ConfigureAwait(Interleaver.KeepsContext);
    }

    protected override ValueTask OnSignalAsync(Signal signal) => _actor!.SignalAsync(signal);

    protected override void Close()
    {
        _router?.Close();
        WaiterBatch refused = _mailbox.Close();
        while (refused.TryTake(out Waiter? waiter))
        {
            System.OnDeadLetter(new DeadLetter(Path, ((Waiter<TMessage>)waiter).Brought, DeadLetterReason.ActorStopped));
            waiter.Fail(new ActorStoppedException(Path));
        }
    }

    protected override void Forget()
    {
        _behavior = null;
        _behaviors = null;
        Unstash();
        StopTimers();
    }

    protected override void Bury()
    {
        System.Deadlines.FailUndelivered(this);
        while (_unstashed?.TryDequeue(out TMessage? message) == true || _reader.TryTake(out message))
        {
            System.OnDeadLetter(new DeadLetter(Path, message, DeadLetterReason.NotHandled));
        }
    }

    protected override void CountRestart() => _restarts++;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ValueTask Receive(TMessage message)
    {
        try
        {
            return _behavior is null ? _actor!.Receive(message) : _behavior(message);
        }
        catch (Exception error)
        {
            return ValueTask.FromException(error);
        }
    }

    private static async Task FailUnlessAdmittedAsync<TReply>(ValueTask admitted, PendingAsk<TReply> ask, long ticket)
    {
        try
        {
            await admitted.ConfigureAwait(Interleaver.KeepsContext);
        }
        catch (ActorStoppedException stopped)
        {
            ask.TryFail(ticket, stopped);
        }
    }

    private void Finish(ValueTask step, bool isMessage)
    {
        if (isMessage)
        {
            Volatile.Write(ref _handled, _handled + 1);
        }

        Exception? error = null;
        if (step.IsCompletedSuccessfully)
        {
            step.GetAwaiter().GetResult();
        }
        else
        {
            error = step.AsTask().Exception?.InnerException ?? new TaskCanceledException();
        }

        if (_isObserving)
        {
            EndObserved(error);
        }

        if (error is not null)
        {
            Fail(error, isMessage);
        }

        if (isMessage && _receiveTimeout is not null)
        {
            RestartReceiveTimeout();
        }
    }

    private void Fail(Exception error, bool isMessage)
    {
        if (isMessage)
        {
            Volatile.Write(ref _failed, _failed + 1);
        }

        Fail(error);
    }

    private void Await(ValueTask step, TMessage? message, bool isMessage)
    {
        _stepIsMessage = isMessage;
        if (isMessage)
        {
            Volatile.Write(ref _waits, _waits + 1);
            Interlocked.MemoryBarrier();
            _waitsWith = message;
            _waitsSince = System.TimeProvider.GetTimestamp();
            Volatile.Write(ref _waits, _waits + 1);
        }

        _step = step.ConfigureAwait(Interleaver.KeepsContext).GetAwaiter();
        _step.UnsafeOnCompleted(_resume ??= Resume);
    }

    /// <summary>Goes on after a handler has waited. On the stack of who ended the wait, so the next message is left to the pool.</summary>
    private void Resume()
    {
        bool isMessage = _stepIsMessage;
        Exception? error = null;
        try
        {
            _step.GetResult();
        }
        catch (Exception thrown)
        {
            error = thrown;
        }

        _step = default;
        if (_isObserving)
        {
            EndObserved(error);
        }

        if (isMessage)
        {
            Volatile.Write(ref _waits, _waits + 1);
            Interlocked.MemoryBarrier();
            _waitsWith = default;
            Volatile.Write(ref _handled, _handled + 1);
        }

        if (error is not null)
        {
            Fail(error, isMessage);
        }

        if (isMessage && _receiveTimeout is not null)
        {
            RestartReceiveTimeout();
        }

        if (MayHandle && !IsDraining && !IsLookedAt && _unstashed is not { Count: > 0 } && _mailbox.Count == 0 && _mailbox.TrySleep(isDozing: false))
        {
            return;
        }

        Continuations.Post(this);
    }

    private TellResult Settle(TMessage message, MailboxAnswer answer, TMessage? evicted, long position, Exception? error = null)
    {
        if (answer is MailboxAnswer.TakenWake or MailboxAnswer.TakenForOldestWake)
        {
            Continuations.Post(this);
        }

        switch (answer)
        {
            case MailboxAnswer.TakenForOldest or MailboxAnswer.TakenForOldestWake:
                System.Deadlines.TakeDropped(this, position - _mailbox.Capacity)?.Fail(new MailboxFullException(Path, _mailbox.Capacity));
                System.OnDeadLetter(new DeadLetter(Path, evicted, DeadLetterReason.MailboxFull));
                return TellResult.Accepted;
            case MailboxAnswer.Full:
                System.OnDeadLetter(new DeadLetter(Path, message, DeadLetterReason.MailboxFull));
                if (_mailbox.Overflow == MailboxOverflow.Stop)
                {
                    Send(new SystemMessage(SystemMessageKind.Stop, Error: new MailboxFullException(Path, _mailbox.Capacity)));
                }

                return TellResult.Dropped;
            case MailboxAnswer.Closed:
                System.OnDeadLetter(new DeadLetter(Path, message, DeadLetterReason.ActorStopped));
                return TellResult.Stopped;
            case MailboxAnswer.NotOrdered:
                System.OnDeadLetter(new DeadLetter(Path, message, DeadLetterReason.NotOrdered) { Error = error });
                return TellResult.Dropped;
            default:
                return TellResult.Accepted;
        }
    }
}
