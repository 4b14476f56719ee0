using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Overlap.Futures;
using Overlap.Waiting;

namespace Overlap.Executors;

/// <summary>The one mechanism under <c>MapAsync</c>, <c>AsCompletedAsync</c> and <c>ForEachAsync</c>.</summary>
/// <remarks>
/// The consumer drives: each time it asks, the window is filled and the next result awaited. No task of our own runs behind it, so there is
/// nothing to leak: when the enumeration ends, however it ends, its calls have ended.
/// </remarks>
internal static class MapEngine
{
    public static IAsyncEnumerable<TResult> Map<T, TResult>(
        IExecutor executor,
        ItemSource<T> source,
        Callable<T, TResult> callable,
        MapOptions? options,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(executor);
        options ??= MapOptions.Default;
        if (options.Order == CallOrder.Source
            && (executor as IMapper)?.TryMap(source, callable, options, cancellationToken) is { } results)
        {
            return results;
        }

        return options.Order == CallOrder.Source
            ? MapOrderedAsync(executor, source, callable, options, cancellationToken)
            : MapAsCompletedAsync(executor, source, callable, options, cancellationToken);
    }

    public static IAsyncEnumerable<CompletedCall<T, TResult>> AsCompletedAsync<T, TResult>(
        IExecutor executor, ItemSource<T> source, Callable<T, TResult> callable, MapOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(executor);
        return CompleteAsync(executor, source, callable, options, cancellationToken);
    }

    public static Task ForEachAsync<T>(
        IExecutor executor, ItemSource<T> source, Callable<T, ValueTuple> callable, MapOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(executor);

        // The inner task is the end of all calls with every failure in it; an asynchronous method alone would keep the first only.
        return RunAllAsync(executor, source, callable, options, cancellationToken).Unwrap();
    }

    private static async Task<Task> RunAllAsync<T>(
        IExecutor executor, ItemSource<T> source, Callable<T, ValueTuple> callable, MapOptions options, CancellationToken cancellationToken)
    {
        CompletionQueue<MapCall<T, ValueTuple>?> ended = new();
        CallWindow<T, ValueTuple> window = new(
            executor, source, callable, options.WindowFor(executor), ended.Enqueue, () => ended.Enqueue(null), cancellationToken);
        await using ConfiguredAsyncDisposable settled = window.ConfigureAwait(false);
        List<Task> failed = [];
        Task? announced = null;
        while (true)
        {
            while (ended.TryDequeue(out MapCall<T, ValueTuple>? call))
            {
                if (call is not null)
                {
                    // What our stop or the caller's cancelled is no failure of the call's.
                    bool stopping = window.IsStopped || cancellationToken.IsCancellationRequested;
                    if (call.Outcome is { IsSuccess: false } outcome && !(outcome.IsCanceled && stopping))
                    {
                        failed.Add(Task.FromException(outcome.Exception));
                    }

                    window.Release(call);
                }
            }

            if (failed.Count > 0 || cancellationToken.IsCancellationRequested)
            {
                await window.StopAsync().ConfigureAwait(false);
            }
            else
            {
                window.Fill(inOrder: null, resultReady: false);
            }

            if (window.InFlight == 0 && (window.IsExhausted || window.IsStopped))
            {
                break;
            }

            Announce(window, ended, ref announced);
            await ended.WaitAsync().ConfigureAwait(false);
        }

        if (window.SourceFailure is { } sourceFailure)
        {
            failed.Add(Task.FromException(sourceFailure));
        }

        if (failed.Count == 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        return Task.WhenAll(failed);
    }

    private static async IAsyncEnumerable<TResult> MapOrderedAsync<T, TResult>(
        IExecutor executor,
        ItemSource<T> source,
        Callable<T, TResult> callable,
        MapOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        CallWindow<T, TResult> window = new(
            executor, source, callable, options.WindowFor(executor), onEnded: null, onCanceled: null, cancellationToken);
        await using ConfiguredAsyncDisposable settled = window.ConfigureAwait(false);
        Queue<MapCall<T, TResult>> inOrder = new();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            bool resultReady = inOrder.TryPeek(out MapCall<T, TResult>? head) && head.IsEnded;
            window.Fill(inOrder, resultReady);
            if (!inOrder.TryPeek(out head))
            {
                if (window.IsExhausted)
                {
                    break;
                }

                await window.WaitForItemAsync().ConfigureAwait(false);
                continue;
            }

            if (!head.IsEnded || window.HasOpenWait)
            {
                await window.WaitForAsync(head).ConfigureAwait(false);
                continue;
            }

            Outcome<TResult> outcome = head.Outcome;
            if (!outcome.IsSuccess)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            _ = inOrder.Dequeue();
            window.Release(head);
            yield return outcome.Value;
        }

        if (window.SourceFailure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    private static async IAsyncEnumerable<TResult> MapAsCompletedAsync<T, TResult>(
        IExecutor executor,
        ItemSource<T> source,
        Callable<T, TResult> callable,
        MapOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IAsyncEnumerable<CompletedCall<T, TResult>> calls = CompleteAsync(executor, source, callable, options, cancellationToken);
        await foreach (CompletedCall<T, TResult> call in calls.ConfigureAwait(false))
        {
            yield return call.Outcome.Value;
        }
    }

    private static async IAsyncEnumerable<CompletedCall<T, TResult>> CompleteAsync<T, TResult>(
        IExecutor executor,
        ItemSource<T> source,
        Callable<T, TResult> callable,
        MapOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Calls that ended, and a null whenever the source has an answer.
        CompletionQueue<MapCall<T, TResult>?> ended = new();
        CallWindow<T, TResult> window = new(
            executor, source, callable, options.WindowFor(executor), ended.Enqueue, () => ended.Enqueue(null), cancellationToken);
        await using ConfiguredAsyncDisposable settled = window.ConfigureAwait(false);
        Task? announced = null;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            bool any = ended.TryDequeue(out MapCall<T, TResult>? call);
            if (any && call is not null)
            {
                CompletedCall<T, TResult> completed = new(call.Index, call.Item, call.Outcome);
                window.Release(call);
                yield return completed;
            }

            window.Fill(inOrder: null, resultReady: any);
            if (window.IsExhausted && window.InFlight == 0)
            {
                break;
            }

            if (!any)
            {
                Announce(window, ended, ref announced);
                await ended.WaitAsync().ConfigureAwait(false);
            }
        }

        if (window.SourceFailure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>Wakes the consumer when the source answers; once for each answer it owes.</summary>
    private static void Announce<T, TResult>(
        CallWindow<T, TResult> window, CompletionQueue<MapCall<T, TResult>?> ended, ref Task? announced)
    {
        if (window.PendingItem is { } pending && pending != announced)
        {
            announced = pending;
            pending.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(() => ended.Enqueue(null));
        }
    }
}
