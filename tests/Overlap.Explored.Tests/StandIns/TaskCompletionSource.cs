namespace Overlap;

/// <inheritdoc cref="TaskCompletionSource{T}"/>
internal class TaskCompletionSource
{
    private readonly TaskCompletionSource<bool> _source;

    public TaskCompletionSource()
        : this(TaskCreationOptions.None)
    {
    }

    public TaskCompletionSource(TaskCreationOptions options) => _source = new TaskCompletionSource<bool>(options);

    public Task Task => _source.Task;

    public void SetResult() => _source.SetResult(true);

    public bool TrySetResult() => _source.TrySetResult(true);

    public void SetException(Exception exception) => _source.SetException(exception);

    public void SetException(IEnumerable<Exception> exceptions) => _source.SetException(exceptions);

    public bool TrySetException(Exception exception) => _source.TrySetException(exception);

    public void SetCanceled(CancellationToken cancellationToken) => _source.SetCanceled(cancellationToken);

    public bool TrySetCanceled(CancellationToken cancellationToken = default) => _source.TrySetCanceled(cancellationToken);

    public void SetFromTask(Task task)
    {
        if (task.IsCompletedSuccessfully)
        {
            _source.SetResult(true);
        }
        else if (task.IsCanceled)
        {
            _source.SetFromTask(task.ContinueWith(static _ => true, new CancellationToken(canceled: true), TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default));
        }
        else
        {
            _source.SetException(task.Exception!.InnerExceptions);
        }
    }
}
