using System.Threading.Tasks.Sources;
using Overlap.Futures;

namespace Overlap.Executors;

/// <summary>A call of a map: used again and again, awaited by the map's one consumer.</summary>
/// <remarks>
/// State: open → ended, or open → awaited → ended. The side that comes second does the wake-up, so none is lost.
/// </remarks>
internal sealed class MapCall<T, TResult> : Call<T, TResult>, IValueTaskSource
{
    private const int Open = 0;
    private const int Awaited = 1;
    private const int Ended = 2;

    private readonly Action<MapCall<T, TResult>>? _onEnded;
    private int _state;
    private ManualResetValueTaskSourceCore<bool> _waiter = new() { RunContinuationsAsynchronously = true };

    /// <summary>Makes a call.</summary>
    /// <param name="callable">The function of the map.</param>
    /// <param name="context">The flow in which the map was made.</param>
    /// <param name="onEnded">Told at each end; may be <see langword="null"/>.</param>
    /// <param name="cancellationToken">The map's own stop.</param>
    public MapCall(
        Callable<T, TResult> callable,
        ExecutionContext? context,
        Action<MapCall<T, TResult>>? onEnded,
        CancellationToken cancellationToken)
        : base(callable, context, cancellationToken) => _onEnded = onEnded;

    /// <summary>The place of the item in the source.</summary>
    public long Index { get; private set; }

    /// <summary>The item.</summary>
    public T Item => Argument;

    public override bool IsOfMap => true;

    public bool IsEnded => Volatile.Read(ref _state) == Ended;

    /// <summary>What came of the call. Read after its end.</summary>
    public Outcome<TResult> Outcome => Exception is null ? Outcome<TResult>.FromValue(Result!) : Outcome<TResult>.FromException(Exception);

    /// <summary>Makes the call ready for an item.</summary>
    public void Reset(long index, T item)
    {
        Index = index;
        Argument = item;
        Result = default;
        Exception = null;
        _state = Open;
    }

    /// <summary>Completes when the call has ended. Awaited once between two resets.</summary>
    public ValueTask WaitAsync()
    {
        _waiter.Reset();
        return Interlocked.CompareExchange(ref _state, Awaited, Open) == Open ? new ValueTask(this, _waiter.Version) : default;
    }

    /// <summary>Ends a call that its executor did not take.</summary>
    public void CompleteRefused(Exception refusal)
    {
        Exception = refusal;
        Complete();
    }

    public override void CompleteCanceled()
    {
        Exception = new OperationCanceledException(Token);
        Complete();
    }

    public override void SubmitTo(IExecutor executor)
    {
        Task<TResult> task = executor is IMapper mapper
            ? mapper.SubmitOfMapAsync(Callable, Argument, Token)
            : executor.SubmitAsync(Callable, Argument, Token);
        task.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(() =>
        {
            Outcome<TResult> outcome = Outcome<TResult>.FromTask(task);
            Exception = outcome.Exception;
            Result = outcome.IsSuccess ? outcome.Value : default;
            Complete();
        });
    }

    protected override void Complete()
    {
        if (Interlocked.Exchange(ref _state, Ended) == Awaited)
        {
            _waiter.SetResult(true);
        }

        _onEnded?.Invoke(this);
    }

    void IValueTaskSource.GetResult(short token) => _waiter.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _waiter.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _waiter.OnCompleted(continuation, state, token, flags);
}
