using System.Threading.Tasks.Sources;

namespace Overlap.Testing.Exploration.Tasks;

/// <summary>The end of an operation that did not have to wait, held back until the lane's next step.</summary>
/// <remarks>Each thread keeps those that nobody uses; one of a schedule that was given up is left to the collector.</remarks>
internal sealed class PausedSource<T> : IValueTaskSource<T>, IValueTaskSource, IThreadPoolWorkItem
{
    [ThreadStatic]
    private static Stack<PausedSource<T>>? _pool;

    private TaskMode? _mode;
    private T? _result;
    private Action<object?>? _listener;
    private object? _state;
    private ExecutionContext? _context;
    private bool _hasRun;
    private short _version;

    /// <summary>What listens, by which the lane's place in the source is found.</summary>
    public static PausedSource<T> Rent(TaskMode mode, T result, out short version)
    {
        PausedSource<T> source = _pool is { Count: > 0 } pool ? pool.Pop() : new PausedSource<T>();
        source._mode = mode;
        source._result = result;
        version = source._version;
        return source;
    }

    public ValueTaskSourceStatus GetStatus(short token) => _hasRun ? ValueTaskSourceStatus.Succeeded : ValueTaskSourceStatus.Pending;

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        if (_listener is not null || token != _version)
        {
            throw new InvalidOperationException("A wait of a primitive may be awaited once; AsTask() makes a task that may be awaited often.");
        }

        _listener = continuation;
        _state = state;
        _context = (flags & ValueTaskSourceOnCompletedFlags.FlowExecutionContext) == 0 ? null : ExecutionContext.Capture();
        _mode!.Enqueue(this);
    }

    // The operation is over already: a caller that asks without awaiting gets it, and blocks nothing.
    public T GetResult(short token)
    {
        if (token != _version)
        {
            throw new InvalidOperationException("A wait of a primitive may be awaited once; AsTask() makes a task that may be awaited often.");
        }

        T result = _result!;
        _result = default;
        _mode = null;
        _listener = null;
        _state = null;
        _context = null;
        _hasRun = false;
        _version++;
        (_pool ??= new Stack<PausedSource<T>>()).Push(this);
        return result;
    }

    void IValueTaskSource.GetResult(short token) => GetResult(token);

    public void Execute()
    {
        _hasRun = true;
        if (_context is { } context)
        {
            ExecutionContext.Run(context, static self => ((PausedSource<T>)self!).Tell(), this);
        }
        else
        {
            Tell();
        }
    }

    private void Tell() => _listener!(_state);
}
