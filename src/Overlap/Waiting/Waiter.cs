using System.Threading.Tasks.Sources;

namespace Overlap.Waiting;

/// <summary>One who waits for a primitive: a task or a thread, standing in the primitive's queue.</summary>
/// <remarks>
/// <para>
/// W1: whoever takes a waiter out of its queue, under the owner's gate, completes it; nobody else does, and nobody does it twice.
/// W2: once completed without a listener a waiter belongs to the waiting side again; who completed it touches it no more.
/// W3: a waiter is used again only when no cancellation can still speak for its earlier wait.
/// </para>
/// Order: the queue's. Race: grant and cancellation meet at the owner's gate, exactly one takes the waiter out.
/// Memory: what was written before the completion is visible after the wait.
/// Cost: pooled; nothing is allocated in the long run unless the wait is cancelled. Completing runs nobody's code: the continuation is posted.
/// </remarks>
internal abstract class Waiter : IntrusiveQueue<Waiter>.Node, IThreadPoolWorkItem
{
    private const string AwaitedTwice = "A wait of a primitive may be awaited once; AsTask() makes a task that may be awaited often.";

    // Stands for a listener when the wait ended before anybody listened.
    private static readonly Action<object?> Done = static _ => throw new InvalidOperationException("A wait has ended twice.");

    // Stands for a thread that is stopped: it is let go at once, without the pool.
    private static readonly Action<object?> ReleaseThread = static parker => ((ThreadParker)parker!).Release();

    [ThreadStatic]
    private static ThreadParker? _parkerOfThread;

    private Action<object?>? _listener;   // Null, then a listener, Done, or both in that order.
    private object? _listenerState;
    private object? _scheduler;           // Where the listener wants to run: a context, a task scheduler, or null for the pool.
    private ExecutionContext? _executionContext;
    private CancellationTokenRegistration _cancellation;
    private CancellationToken _token;
    private Exception? _error;
    private ThreadInterruptedException? _interruption;

    /// <summary>The primitive in whose queue this one stands.</summary>
    public IWaiterOwner? Owner { get; set; }

    /// <summary>What it asks for, in the owner's own terms: a number of permits, a mode.</summary>
    public int Request { get; set; }

    /// <summary>On whose behalf it waits, if its owner has to know.</summary>
    public object? BroughtFor { get; set; }

    /// <summary>Told apart from its earlier uses by this number.</summary>
    public short Version { get; private set; }

    protected bool IsCompleted => ReferenceEquals(Volatile.Read(ref _listener), Done);

    /// <summary>Ends the wait with an exception. See W1.</summary>
    public void Fail(Exception error)
    {
        _error = error;
        Signal();
    }

    /// <summary>The exception of a waiter that gives up: its token was cancelled, or its thread interrupted.</summary>
    public Exception GivesUpWith() => (Exception?)_interruption ?? new OperationCanceledException(_token);

    /// <summary>Lets the wait end with an exception once it is completed: for an owner that has to give something back to the waiter before.</summary>
    public void Spoil(Exception error) => _error = error;

    void IThreadPoolWorkItem.Execute()
    {
        ExecutionContext? context = _executionContext;
        if (context is null)
        {
            Listen();
        }
        else
        {
            _executionContext = null;
            ExecutionContext.Run(context, static self => ((Waiter)self!).Listen(), this);
        }
    }

    /// <summary>Lets a cancellation end the wait; after the waiter was queued and before it is handed out.</summary>
    protected void Watch(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
        {
            _token = cancellationToken;
            _cancellation = cancellationToken.UnsafeRegister(static self => ((Waiter)self!).Cancel(), this);
        }
    }

    /// <summary>Stops the thread until the wait has ended.</summary>
    protected void Park()
    {
        Interleaver.Block(Owner!);
        ThreadParker parker = _parkerOfThread ??= new ThreadParker();
        _listenerState = parker;
        if (Interlocked.CompareExchange(ref _listener, ReleaseThread, null) is null)
        {
            try
            {
                parker.Park();
            }
            catch (ThreadInterruptedException interruption)
            {
                ParkInterrupted(parker, interruption);
            }
        }
    }

    protected ValueTaskSourceStatus GetStatus(short version)
    {
        ThrowIfStale(version);
        return !IsCompleted ? ValueTaskSourceStatus.Pending
            : _error is null ? ValueTaskSourceStatus.Succeeded
            : _error is OperationCanceledException ? ValueTaskSourceStatus.Canceled
            : ValueTaskSourceStatus.Faulted;
    }

    protected void OnCompleted(Action<object?> listener, object? state, short version, ValueTaskSourceOnCompletedFlags flags)
    {
        ThrowIfStale(version);
        if (Volatile.Read(ref _listener) is { } first && !ReferenceEquals(first, Done))
        {
            throw new InvalidOperationException(AwaitedTwice);
        }

        _listenerState = state;
        if ((flags & ValueTaskSourceOnCompletedFlags.FlowExecutionContext) != 0)
        {
            _executionContext = ExecutionContext.Capture();
        }

        // Under the race explorer the context says whose the continuation is, whether it asked for it or not.
        if ((flags & ValueTaskSourceOnCompletedFlags.UseSchedulingContext) != 0 || Interleaver.Current is not null)
        {
            _scheduler = CurrentScheduler();
        }

        if (Interlocked.CompareExchange(ref _listener, listener, null) is not null)
        {
            // The wait ended in between. The listener was never stored, so it is posted by itself.
            PostLate(listener, state);
        }
    }

    /// <summary>Takes the end of the wait: an error, or that there was none. The waiter may be used again when this returns <see langword="true"/>.</summary>
    protected bool TakeEnd(short version, out Exception? error)
    {
        ThrowIfStale(version);
        if (!IsCompleted)
        {
            throw new InvalidOperationException("The wait has not ended: await it.");
        }

        error = _error;
        if (error is null)
        {
            Interleaver.Note(Owner!, PrimitiveNote.Entered);
        }

        // W3: a cancellation that is being told cannot be unregistered; such a waiter is left to the collector.
        bool isQuiet = !_token.CanBeCanceled || _cancellation.Unregister();
        _cancellation = default;
        _token = default;
        _error = null;
        _interruption = null;
        _listenerState = null;
        _scheduler = null;
        _executionContext = null;
        Owner = null;
        Version++;
        Volatile.Write(ref _listener, null);
        return isQuiet;
    }

    /// <summary>Ends the wait: who listens is told, who has not yet will find it.</summary>
    /// <param name="place">Where an await goes on that asked for no place of its own.</param>
    protected void Signal(ResumePlace place = ResumePlace.Near)
    {
        // A stopped thread or a waiting task; W2 from the exchange on if there is none.
        Action<object?>? listener = Volatile.Read(ref _listener) ?? Interlocked.CompareExchange(ref _listener, Done, null);
        if (listener is null)
        {
            return;
        }

        if (ReferenceEquals(listener, ReleaseThread))
        {
            object? parker = _listenerState;
            Volatile.Write(ref _listener, Done);
            ReleaseThread(parker);
            return;
        }

        switch (_scheduler)
        {
            case null when _executionContext is null:
                // Not by way of the waiter: an await's continuation is then queued by itself, without a detour and without an allocation.
                object? state = _listenerState;
                Volatile.Write(ref _listener, Done);
                Resume(listener, state, place);
                break;
            case null:
                Continuations.PostNear(this);
                break;
            case SynchronizationContext context:
                context.Post(static self => ((IThreadPoolWorkItem)self!).Execute(), this);
                break;
            default:
                PostTo((TaskScheduler)_scheduler, static self => ((IThreadPoolWorkItem)self!).Execute(), this);
                break;
        }
    }

    private static void Resume(Action<object?> listener, object? state, ResumePlace place)
    {
        if (place == ResumePlace.Near || Interleaver.IsOn)
        {
            Continuations.PostNear(listener, state);
        }
        else if (place == ResumePlace.Behind)
        {
            Continuations.Post(listener, state);
        }
        else
        {
            listener(state);
        }
    }

    private static object? CurrentScheduler()
    {
        if (SynchronizationContext.Current is { } context && context.GetType() != typeof(SynchronizationContext))
        {
            return context;
        }

        return TaskScheduler.Current == TaskScheduler.Default ? null : TaskScheduler.Current;
    }

    // Where the awaiting task runs is its own scheduler's to say; that is not the pool.
    private static void PostTo(TaskScheduler scheduler, Action<object?> callback, object? state) =>
        new Task(callback, state, CancellationToken.None, TaskCreationOptions.DenyChildAttach).Start(scheduler);

    private void Cancel()
    {
        if (Owner is { } owner && owner.GiveUp(this))
        {
            Fail(GivesUpWith());
        }
    }

    // The place in the queue must not stay behind: what is granted to it would be lost.
    private void ParkInterrupted(ThreadParker parker, ThreadInterruptedException interruption)
    {
        _interruption = interruption;
        if (Owner!.GiveUp(this))
        {
            Fail(interruption);
        }

        while (true)
        {
            try
            {
                parker.Park();
                break;
            }
            catch (ThreadInterruptedException)
            {
                // Once is enough: the wait ends in any case, and the thread hears of it.
            }
        }

        if (!ReferenceEquals(_error, interruption))
        {
            // The grant came first. The interruption is kept for the thread's next wait.
            Thread.CurrentThread.Interrupt();
        }
    }

    private void PostLate(Action<object?> listener, object? state)
    {
        switch (_scheduler)
        {
            case null when _executionContext is null:
                Continuations.Post(listener, state);
                break;
            case SynchronizationContext context:
                context.Post(new SendOrPostCallback(listener), state);
                break;
            case TaskScheduler scheduler:
                PostTo(scheduler, listener, state);
                break;
            default:
                ExecutionContext executionContext = _executionContext!;
                Continuations.Post(_ => ExecutionContext.Run(executionContext, new ContextCallback(listener), state), null);
                break;
        }
    }

    private void Listen()
    {
        Action<object?> listener = _listener!;
        object? state = _listenerState;
        Volatile.Write(ref _listener, Done);
        listener(state);
    }

    private void ThrowIfStale(short version)
    {
        if (version != Version)
        {
            throw new InvalidOperationException(AwaitedTwice);
        }
    }
}
