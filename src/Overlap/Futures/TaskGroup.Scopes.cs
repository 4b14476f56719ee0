using System.Runtime.ExceptionServices;
using Overlap.Waiting;

namespace Overlap.Futures;

/// <content>Whole scopes: opened, run and joined in one call.</content>
public sealed partial class TaskGroup
{
    /// <summary>Opens a group, runs the body in it, and joins the group.</summary>
    /// <param name="body">Starts the children. If it throws, what runs is cancelled, whatever the policy.</param>
    /// <param name="options">How the group runs its children; the defaults if left out.</param>
    /// <param name="cancellationToken">Cancels the children; if already cancelled the body is not called.</param>
    /// <exception cref="AggregateException">The body or children failed: all errors, the body's first, then in the order of the starts.</exception>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled before the group ended, and nothing failed.</exception>
    /// <exception cref="TimeoutException">The time passed before the group ended, and nothing failed.</exception>
    public static async Task RunAsync(
        Func<TaskGroup, Task> body, TaskGroupOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        await RunAsync(
            async group =>
            {
                await body(group).ConfigureAwait(Interleaver.KeepsContext);
                return default(ValueTuple);
            },
            options,
            cancellationToken).ConfigureAwait(Interleaver.KeepsContext);
    }

    /// <summary>Opens a group, runs the body in it, joins the group, and gives what the body returned.</summary>
    /// <typeparam name="T">The type of the result.</typeparam>
    /// <inheritdoc cref="RunAsync(Func{TaskGroup, Task}, TaskGroupOptions, CancellationToken)" path="/param|/exception"/>
    /// <returns>What the body returned, when every child has ended.</returns>
    public static async Task<T> RunAsync<T>(
        Func<TaskGroup, Task<T>> body, TaskGroupOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        cancellationToken.ThrowIfCancellationRequested();
        var group = new TaskGroup(options, cancellationToken);
        T result = default!;
        ExceptionDispatchInfo? left = null;
        try
        {
            result = await body(group).ConfigureAwait(Interleaver.KeepsContext);
        }
        catch (Exception exception)
        {
            // The join below throws it, beside what the children threw.
            left = ExceptionDispatchInfo.Capture(exception);
            group.Leave(exception);
        }

        await group.JoinAsync().ConfigureAwait(Interleaver.KeepsContext);

        // The join is silent when the group cancelled itself; a body that was ended by that has no result to give.
        left?.Throw();
        return result;
    }

    /// <summary>Runs several calls, gives the first result, and cancels and joins the rest.</summary>
    /// <typeparam name="T">The type of the result.</typeparam>
    /// <param name="calls">The calls, at least one.</param>
    /// <param name="options">The limit and the time of the calls; the failure policy is not used.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <returns>The result of the call that was the first to succeed.</returns>
    /// <remarks>
    /// Order: calls start in the order given, at most <see cref="TaskGroupOptions.Limit"/> at a time.
    /// Race: of two calls that succeed at the same time one wins; of a success and a cancellation, the first one.
    /// Memory: what the winner wrote is visible to the caller.
    /// Cost: the result comes when the losers have ended too: none outlives the call. Their errors are dropped.
    /// </remarks>
    /// <exception cref="AggregateException">No call succeeded: all errors in the order of the calls.</exception>
    /// <exception cref="ArgumentException">There are no calls.</exception>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled before a call succeeded, and none failed.</exception>
    /// <exception cref="TimeoutException">The time passed before a call succeeded, and none failed.</exception>
    public static async Task<T> AnyAsync<T>(
        IEnumerable<Func<CancellationToken, Task<T>>> calls, TaskGroupOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(calls);
        cancellationToken.ThrowIfCancellationRequested();
        T result = default!;
        int successes = 0;
        var group = new TaskGroup((options ?? new TaskGroupOptions()) with { OnFailure = FailurePolicy.WaitAll }, cancellationToken);
        await using (group.ConfigureAwait(Interleaver.KeepsContext))
        {
            foreach (Func<CancellationToken, Task<T>> call in calls)
            {
                _ = group.Run(token => TryAsync(call, token));
            }

            if (group.GetStatistics().Submitted == 0)
            {
                throw new ArgumentException("There is nothing to call.", nameof(calls));
            }

            try
            {
                await group.JoinAsync().ConfigureAwait(Interleaver.KeepsContext);
            }
            catch (AggregateException) when (group._cause == Cause.Request)
            {
                // One succeeded; what the losers threw before or after is of no interest.
            }
        }

        return result;

        async Task TryAsync(Func<CancellationToken, Task<T>> call, CancellationToken token)
        {
            T value = await call(token).ConfigureAwait(Interleaver.KeepsContext);
            if (Interlocked.Increment(ref successes) == 1)
            {
                result = value;
                group.Cancel();
            }
        }
    }
}
