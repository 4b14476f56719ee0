using System.Runtime.ExceptionServices;
using System.Threading.Tasks.Sources;

namespace Overlap.Waiting;

/// <summary>A waiter that is given a value of one type.</summary>
internal sealed class Waiter<TResult> : Waiter, IValueTaskSource<TResult>, IValueTaskSource
{
    private static readonly Magazines<Waiter> Shared = new();

    // A list by Next of waiters that nobody uses; each thread has its own, so that no gate guards it.
    [ThreadStatic]
    private static Waiter? _pool;

    [ThreadStatic]
    private static int _pooled;

    private TResult? _result;

    /// <summary>A second value, for owners whose waiters bring something: an item to put in.</summary>
    public TResult? Brought { get; set; }

    public static Waiter<TResult> Rent(IWaiterOwner owner, int request = 0)
    {
        Waiter? waiter = _pool;
        if (waiter is not null)
        {
            _pool = waiter.Next;
            _pooled--;
            waiter.Next = null;
        }
        else
        {
            waiter = RentShared();
        }

        waiter.Owner = owner;
        waiter.Request = request;
        return (Waiter<TResult>)waiter;
    }

    /// <summary>Gives back a waiter that was rented and never queued.</summary>
    public void Discard()
    {
        Owner = null;
        Keep();
    }

    /// <summary>Hands the wait out; the waiter is queued, and may have been granted already.</summary>
    public ValueTask<TResult> WaitAsync(CancellationToken cancellationToken)
    {
        short version = Version;
        Watch(cancellationToken);
        return new ValueTask<TResult>(this, version);
    }

    /// <summary>Begins a wait that is handed out by another task source, which asks this one.</summary>
    public void Begin(CancellationToken cancellationToken) => Watch(cancellationToken);

    /// <summary>Hands out a wait whose value nobody needs.</summary>
    public ValueTask WaitWithoutResultAsync(CancellationToken cancellationToken)
    {
        short version = Version;
        Watch(cancellationToken);
        return new ValueTask(this, version);
    }

    /// <summary>Stops the thread until the wait has ended.</summary>
    public TResult Wait(CancellationToken cancellationToken)
    {
        Watch(cancellationToken);
        Park();
        return GetResult(Version);
    }

    /// <summary>Ends the wait with a value. See W1.</summary>
    public void Complete(TResult result)
    {
        _result = result;
        Signal();
    }

    /// <summary>Ends the wait with a value, and says where who awaits it goes on. See W1.</summary>
    public void Complete(TResult result, ResumePlace place)
    {
        _result = result;
        Signal(place);
    }

    public TResult GetResult(short token)
    {
        TResult? result = _result;
        bool isReusable = TakeEnd(token, out Exception? error);
        _result = default;
        Brought = default;
        BroughtFor = null;
        if (isReusable)
        {
            Keep();
        }

        if (error is not null)
        {
            ExceptionDispatchInfo.Throw(error);
        }

        return result!;
    }

    void IValueTaskSource.GetResult(short token) => GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<TResult>.GetStatus(short token) => GetStatus(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => GetStatus(token);

    void IValueTaskSource<TResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        OnCompleted(continuation, state, token, flags);

    private static Waiter RentShared()
    {
        if (Shared.Take() is not { } waiter)
        {
            return new Waiter<TResult>();
        }

        _pool = waiter.Next;
        _pooled = Magazines<Waiter>.Size - 1;
        waiter.Next = null;
        return waiter;
    }

    private void Keep()
    {
        if (_pooled == Magazines<Waiter>.Size)
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
