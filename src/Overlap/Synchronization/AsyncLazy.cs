using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Overlap.Waiting;

namespace Overlap.Synchronization;

/// <summary>A value that is made asynchronously, once, when it is first asked for, and shared by all.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
/// <remarks>
/// Order: the first who asks runs the factory up to its first wait, on its own thread; all who wait get the value together.
/// Race: of several who ask first, exactly one starts the factory. Who gives up leaves the factory and the others alone, unless the options say
/// otherwise and it was the last.
/// Memory: what the factory wrote is visible to whoever has the value.
/// Cost: once the value is there one read and no allocation; one pooled node for each waiter before.
/// A factory that waits for the value it makes waits for itself. It is told so with <see cref="InvalidOperationException"/> if it asks before its
/// first wait, on the thread that started it; later nothing tells it apart from others who ask.
/// </remarks>
[DebuggerDisplay("{DebuggerText,nq}")]
public sealed class AsyncLazy<T> : IWaiterOwner
{
    private readonly Lock _gate = new();
    private readonly Func<CancellationToken, Task<T>> _factory;
    private readonly AsyncLazyOptions _options;

    // Written once before _phase says that there is something.
    private T? _value;
    private Exception? _failure;
    private volatile Phase _phase;

    // Guarded by _gate.
    private IntrusiveQueue<Waiter> _waiters;
    private CancellationTokenSource? _abandonment;
    private int _runs;
    private int _startingThread;   // The thread that is in the factory before its first wait, or 0.

    /// <summary>Makes a lazy value.</summary>
    /// <param name="factory">Makes the value. Its token is cancelled only as the options say.</param>
    /// <param name="options">What happens on failure and when nobody waits any more.</param>
    public AsyncLazy(Func<CancellationToken, Task<T>> factory, AsyncLazyOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(factory);
        _factory = factory;
        _options = options ?? new AsyncLazyOptions();
    }

    private enum Phase
    {
        Idle,
        Running,
        Abandoned,   // The factory's token was cancelled, and it has not ended.
        Made,
        Failed,
    }

    /// <summary>Whether the factory runs, or has ended with a value or with a failure that is kept.</summary>
    public bool IsStarted => _phase != Phase.Idle;

    /// <summary>Whether there is a value, or a failure that is kept: who asks does not wait.</summary>
    public bool IsCompleted => _phase is Phase.Made or Phase.Failed;

    private string DebuggerText => _phase == Phase.Made ? $"{_value}" : $"{_phase}, {_waiters.Count} waiting";

    /// <summary>Waits for the value; starts its making if nobody has.</summary>
    /// <param name="cancellationToken">Gives up the wait; if already cancelled it wins over a value that is there, and starts nothing.</param>
    /// <returns>The value.</returns>
    /// <remarks>
    /// Order: all who wait get the value together.
    /// Race: if the value and a cancellation meet, exactly one wins.
    /// Memory: what the factory wrote is visible.
    /// Cost: no allocation once the value is there; one pooled node for each waiter before.
    /// The factory's exception is thrown to all who wait for it.
    /// </remarks>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    /// <exception cref="InvalidOperationException">The factory asks for its own value, before its first wait.</exception>
    public ValueTask<T> GetAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<T>(cancellationToken);
        }

        if (_phase == Phase.Made)
        {
            ValueTask<T> made = new(_value!);
            return Interleaver.IsOn ? Interleaver.Pause(made) : made;
        }

        Waiter<T>? waiter;
        try
        {
            waiter = TryQueue();
        }
        catch (InvalidOperationException recursion)
        {
            return ValueTask.FromException<T>(recursion);
        }

        return waiter is not null ? waiter.WaitAsync(cancellationToken)
            : _failure is null ? Interleaver.Pause(new ValueTask<T>(_value!))
            : ValueTask.FromException<T>(_failure);
    }

    /// <summary>Waits, blocking the thread, for the value; starts its making if nobody has.</summary>
    /// <inheritdoc cref="GetAsync" path="/param|/returns|/remarks|/exception"/>
    public T Get(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_phase != Phase.Made && TryQueue() is { } waiter)
        {
            return waiter.Wait(cancellationToken);
        }

        if (_failure is not null)
        {
            ExceptionDispatchInfo.Throw(_failure);
        }

        return _value!;
    }

    /// <summary>Lets the lazy value itself be awaited.</summary>
#pragma warning disable CA2012 // The awaiter is consumed once by whoever awaits this.
    public ValueTaskAwaiter<T> GetAwaiter() => GetAsync().GetAwaiter();
#pragma warning restore CA2012

    /// <summary>Tells how far the value is and how many wait for it.</summary>
    public AsyncLazyStatistics GetStatistics()
    {
        _gate.Enter();
        AsyncLazyStatistics statistics = new(IsStarted, IsCompleted, _waiters.Count, _runs);
        _gate.Exit();
        return statistics;
    }

    bool IWaiterOwner.GiveUp(Waiter waiter)
    {
        CancellationTokenSource? abandoned = null;
        _gate.Enter();
        bool isMine = _waiters.TryRemove(waiter);
        if (isMine && _waiters.Count == 0 && _phase == Phase.Running && _abandonment is not null)
        {
            _phase = Phase.Abandoned;
            abandoned = _abandonment;
        }

        _gate.Exit();

        // Not under the gate: it runs what the factory hung on its token. The factory may have ended meanwhile, which disposes nothing.
        abandoned?.Cancel();
        return isMine;
    }

    /// <summary>Queues a waiter, and starts the factory if it is the first.</summary>
    /// <returns>The waiter, which may have been granted already; <see langword="null"/> if there was a value or a failure that is kept.</returns>
    private Waiter<T>? TryQueue()
    {
        Waiter<T> waiter;
        bool isFirst = false;
        _gate.Enter();
        try
        {
            if (IsCompleted)
            {
                return null;
            }

            if (_startingThread == Environment.CurrentManagedThreadId)
            {
                throw new InvalidOperationException("The factory of a lazy value asks for the value that it makes, and would wait for itself.");
            }

            waiter = Waiter<T>.Rent(this);
            _waiters.Enqueue(waiter);
            Interleaver.Note(this, PrimitiveNote.Waits);
            if (_phase == Phase.Idle)
            {
                isFirst = true;
                BeginLocked();
            }
        }
        finally
        {
            _gate.Exit();
        }

        if (isFirst)
        {
            Run();
        }

        return waiter;
    }

    private void BeginLocked()
    {
        _phase = Phase.Running;
        _runs++;
        _startingThread = Environment.CurrentManagedThreadId;
        _abandonment = _options.CancelWhenAbandoned ? new CancellationTokenSource() : null;
    }

    private void Run()
    {
        Task<T> task;
        try
        {
            task = _factory(_abandonment?.Token ?? CancellationToken.None)
                ?? throw new InvalidOperationException("The factory of a lazy value gave no task.");
        }
        catch (Exception failure)
        {
            task = Task.FromException<T>(failure);
        }

        Volatile.Write(ref _startingThread, 0);
        if (task.IsCompleted)
        {
            End(task);
        }
        else
        {
            // Not an await: its continuation would go to the pool where a context is set, which the race explorer would not see.
            _ = task.ContinueWith(
                static (ended, self) => ((AsyncLazy<T>)self!).End(ended),
                this,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously | TaskContinuationOptions.DenyChildAttach,
                TaskScheduler.Default);
        }
    }

    private void End(Task<T> task)
    {
        // Of a task that failed the one exception it would throw; asking for it also marks it as seen.
        Exception? failure = task.IsCompletedSuccessfully ? null : task.Exception?.InnerException ?? new TaskCanceledException(task);
        WaiterBatch released = default;
        bool isAgain = false;
        _gate.Enter();
        if (failure is null)
        {
            _value = task.Result;
            _phase = Phase.Made;
        }
        else if (_phase == Phase.Abandoned)
        {
            // Nobody is owed this failure: who waits came after the abandonment.
            isAgain = _waiters.Count > 0;
            _phase = Phase.Idle;
        }
        else
        {
            _failure = _options.RetryAfterFailure ? null : failure;
            _phase = _options.RetryAfterFailure ? Phase.Idle : Phase.Failed;
        }

        _abandonment = null;
        if (isAgain)
        {
            BeginLocked();
        }
        else
        {
            released.AddAll(ref _waiters);
        }

        _gate.Exit();
        Interleaver.Note(this, PrimitiveNote.Signalled);
        while (released.TryTake(out Waiter? waiter))
        {
            if (failure is null)
            {
                ((Waiter<T>)waiter).Complete(_value!);
            }
            else
            {
                waiter.Fail(failure);
            }
        }

        if (isAgain)
        {
            Run();
        }
    }
}
