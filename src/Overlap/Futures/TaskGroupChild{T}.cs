using System.Runtime.ExceptionServices;

namespace Overlap.Futures;

/// <summary>A child with a result.</summary>
internal sealed class TaskGroupChild<T>(TaskGroup group, Func<CancellationToken, Task<T>> call) : TaskGroupChild(group)
{
    private readonly TaskCompletionSource<T> _future = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override Task<T> Future => _future.Task;

    public override void Refuse() => _future.SetCanceled(Group.CancellationToken);

    protected override Task Call(CancellationToken cancellationToken) => call(cancellationToken);

    // An async method tells a cancellation from a failure and keeps the stack of either.
    protected override Task Throw(Exception exception) => ThrowAsync(exception);

    protected override void SetFrom(Task call) => _future.SetFromTask((Task<T>)call);

    private static async Task<T> ThrowAsync(Exception exception)
    {
        ExceptionDispatchInfo.Throw(exception);
        return default!;
    }
}
