using Overlap.Testing.Exploration;
using Real = System.Threading.Tasks;

namespace Overlap;

/// <summary>
/// In place of the runtime's, which the library's sources meet first because it is nearer: what waits for the task goes on in a thread of the
/// explored program, not on the pool.
/// </summary>
/// <remarks>
/// The real source runs continuations where it is set. So a thread of its own sets it, and the setting thread goes on as soon as the task has
/// ended: nothing of what follows runs on its stack, as with the real one that runs continuations on the pool.
/// </remarks>
internal class TaskCompletionSource<T>
{
    private readonly Real.TaskCompletionSource<T> _real;
    private readonly bool _isToPool;
    private int _isSet;

    public TaskCompletionSource()
        : this(TaskCreationOptions.None)
    {
    }

    public TaskCompletionSource(TaskCreationOptions options)
    {
        _isToPool = (options & TaskCreationOptions.RunContinuationsAsynchronously) != 0;
        _real = new Real.TaskCompletionSource<T>(ThreadExplorer.Current is null ? options : options & ~TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public Task<T> Task => _real.Task;

    public void SetResult(T result) => ThrowUnless(TrySetResult(result));

    public bool TrySetResult(T result) => TrySet(() => _real.SetResult(result));

    public void SetException(Exception exception) => ThrowUnless(TrySetException(exception));

    public void SetException(IEnumerable<Exception> exceptions) => ThrowUnless(TrySet(() => _real.SetException(exceptions)));

    public bool TrySetException(Exception exception) => TrySet(() => _real.SetException(exception));

    public void SetCanceled(CancellationToken cancellationToken) => ThrowUnless(TrySetCanceled(cancellationToken));

    public bool TrySetCanceled(CancellationToken cancellationToken = default) => TrySet(() => _real.SetCanceled(cancellationToken));

    public void SetFromTask(Task<T> task) => ThrowUnless(TrySet(() => _real.SetFromTask(task)));

    private static void ThrowUnless(bool isSet)
    {
        if (!isSet)
        {
            throw new InvalidOperationException("The task has ended already.");
        }
    }

    private bool TrySet(Action set)
    {
        if (Interlocked.Exchange(ref _isSet, 1) != 0)
        {
            return false;
        }

        if (_isToPool && ThreadExplorer.Current is { } explorer)
        {
            explorer.Spawn("pool", set);
            explorer.Wait(() => _real.Task.IsCompleted, "its own setting of a task");
        }
        else
        {
            set();
        }

        return true;
    }
}
