using Overlap.Testing.Exploration.Tasks;
using Overlap.Testing.Exploration.Threads;

namespace Overlap.Testing.Exploration.Intercepted;

/// <summary>Makes a lane of what would run on the pool.</summary>
/// <remarks>Called where something is explored, in either mode.</remarks>
internal static class PooledLane
{
    public static Task<T> Start<T>(Func<T> function, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }

        return Exploring.Tasks is { } mode
            ? mode.Spawn(NameOf(mode), () =>
            {
                cancellationToken.ThrowIfCancellationRequested();
                return Task.FromResult(function());
            })
            : StartThread(function, cancellationToken);
    }

    public static Task<T> StartAsync<T>(Func<Task<T>> function, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }

        return Exploring.Tasks is { } mode
            ? mode.Spawn(NameOf(mode), () =>
            {
                cancellationToken.ThrowIfCancellationRequested();
                return function();
            })
            : StartThread(() => ThreadExplorer.Current!.Wait(function()), cancellationToken);
    }

    private static string NameOf(TaskMode mode) => $"task {mode.LaneCount}";

    private static Task<T> StartThread<T>(Func<T> function, CancellationToken cancellationToken)
    {
        ThreadLane lane = ThreadLane.StepOrThrow();
        TaskCompletionSource<T> end = new();
        lane.Fence();
        lane.Run.Spawn("task", () => Execute(function, end, cancellationToken));
        lane.Run.AtEnd(() =>
        {
            if (end.Task.IsFaulted && !AsyncStack.IsObserved(end.Task))
            {
                Exception exception = end.Task.Exception!.InnerException!;
                ThreadLane.Current!.Run.Fail(
                    FailureKind.UnobservedException, $"a task ended with {exception.GetType().Name}, and nobody looked at it: {exception.Message}", exception);
            }
        });
        return end.Task;
    }

    private static void Execute<T>(Func<T> function, TaskCompletionSource<T> end, CancellationToken cancellationToken)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            T result = function();
            ThreadLane.Current!.Fence();
            end.SetResult(result);
        }
        catch (ExplorationAbortException)
        {
            throw;
        }
        catch (OperationCanceledException canceled) when (canceled.CancellationToken.IsCancellationRequested)
        {
            ThreadLane.Current!.Fence();
            end.SetCanceled(canceled.CancellationToken);
        }
        catch (Exception exception)
        {
            ThreadLane.Current!.Fence();
            end.SetException(exception);
        }
    }
}
