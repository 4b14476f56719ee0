namespace Overlap.Executors;

/// <summary>Runs calls. The same call sites work on every implementation.</summary>
/// <remarks>
/// Every submitted call ends exactly once: with its value, its exception, or cancelled.
/// Use the extension methods <c>SubmitAsync</c>, <c>MapAsync</c>, <c>ForEachAsync</c> and <c>AsCompletedAsync</c>: they take functions
/// in every form without casts.
/// </remarks>
public interface IExecutor : IAsyncDisposable
{
    /// <summary>How the calls run.</summary>
    ExecutionModel Model { get; }

    /// <summary>The most calls that run at the same time.</summary>
    int MaxWorkers { get; }

    /// <summary>Submits one call.</summary>
    /// <typeparam name="TArgument">The type of the argument.</typeparam>
    /// <typeparam name="TResult">The type of the result.</typeparam>
    /// <param name="callable">The function.</param>
    /// <param name="argument">Its argument.</param>
    /// <param name="cancellationToken">Ends the call if it has not started, and is handed to the function when it takes a token.</param>
    /// <returns>The future of the call.</returns>
    /// <remarks>
    /// Order: calls start in the order of submission.
    /// Race: if a start and a cancellation meet, exactly one wins; a cancelled call never runs.
    /// Memory: what the caller wrote before submitting is visible to the call, and what the call wrote to whoever awaits its task.
    /// Cost: two objects a call.
    /// </remarks>
    /// <exception cref="ObjectDisposedException">The executor was disposed.</exception>
    Task<TResult> SubmitAsync<TArgument, TResult>(
        Callable<TArgument, TResult> callable, TArgument argument, CancellationToken cancellationToken = default);

    /// <summary>Tells how the executor stands.</summary>
    ExecutorStatistics GetStatistics();
}
