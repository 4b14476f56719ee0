using System.Runtime.CompilerServices;
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
        return RunAsync().Unwrap();

        async Task<Task> RunAsync()
        {
            List<Task> failed = [];
            using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            IAsyncEnumerable<CompletedCall<T, ValueTuple>> calls = CompleteAsync(executor, source, callable, options, stop.Token);
            try
            {
                await foreach (CompletedCall<T, ValueTuple> call in calls.ConfigureAwait(false))
                {
                    if (!call.Outcome.IsSuccess)
                    {
                        failed.Add(Task.FromException(call.Outcome.Exception));
                        await stop.CancelAsync().ConfigureAwait(false);
                    }
                }
            }
            catch (OperationCanceledException) when (failed.Count > 0 && !cancellationToken.IsCancellationRequested)
            {
                // Our own stop after a failure: the failure is the answer.
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return Task.FromCanceled(cancellationToken);
            }

            return Task.WhenAll(failed);
        }
    }

    private static async IAsyncEnumerable<TResult> MapOrderedAsync<T, TResult>(
        IExecutor executor,
        ItemSource<T> source,
        Callable<T, TResult> callable,
        MapOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int window = options.WindowFor(executor);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ItemFeed<T> feed = new(source, stop.Token);
        Queue<Task<TResult>> inFlight = new();
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                while (inFlight.Count < window && feed.TryPull(out T? item))
                {
                    inFlight.Enqueue(Submit(executor, callable, item, stop.Token));
                }

                if (!inFlight.TryPeek(out Task<TResult>? head))
                {
                    if (feed.IsEnded)
                    {
                        break;
                    }

                    await WhenEnded(feed.Pending!);
                    continue;
                }

                if (!head.IsCompleted)
                {
                    // With room left, the next item is as welcome as the next result.
                    bool wantsItem = feed.Pending is not null && inFlight.Count < window;
                    await WhenEnded(wantsItem ? Task.WhenAny(head, feed.Pending!) : head);
                    continue;
                }

                if (!head.IsCompletedSuccessfully)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                }

                TResult result = await head.ConfigureAwait(false);
                _ = inFlight.Dequeue();
                yield return result;
            }

            feed.ThrowIfFailed();
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            foreach (Task<TResult> call in inFlight)
            {
                // Settled: a failure behind the one that ended the stream is not given, and not left unobserved either.
                await WhenEnded(call);
            }

            await feed.DisposeAsync().ConfigureAwait(false);
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
        int window = options.WindowFor(executor);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ItemFeed<T> feed = new(source, stop.Token);

        // Calls that ended, and a null whenever the source has an answer.
        CompletionQueue<CompletedCall<T, TResult>?> ended = new();
        int inFlight = 0;
        long index = 0;
        Task? announced = null;
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                while (inFlight < window && feed.TryPull(out T? item))
                {
                    inFlight++;
                    Announce(Submit(executor, callable, item, stop.Token), index++, item, ended);
                }

                if (ended.TryDequeue(out CompletedCall<T, TResult>? call))
                {
                    if (call is not null)
                    {
                        inFlight--;
                        yield return call.Value;
                    }

                    continue;
                }

                if (inFlight == 0 && feed.IsEnded)
                {
                    break;
                }

                if (feed.Pending is { } pending && pending != announced)
                {
                    announced = pending;
                    pending.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(() => ended.Enqueue(null));
                }

                await ended.WaitAsync().ConfigureAwait(false);
            }

            feed.ThrowIfFailed();
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            while (inFlight > 0)
            {
                await ended.WaitAsync().ConfigureAwait(false);
                while (ended.TryDequeue(out CompletedCall<T, TResult>? call))
                {
                    inFlight -= call is null ? 0 : 1;
                }
            }

            await feed.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static void Announce<T, TResult>(
        Task<TResult> task, long index, T item, CompletionQueue<CompletedCall<T, TResult>?> ended)
    {
        if (task.IsCompleted)
        {
            Enqueue();
        }
        else
        {
            task.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(Enqueue);
        }

        void Enqueue() => ended.Enqueue(new CompletedCall<T, TResult>(index, item, Outcome<TResult>.FromTask(task)));
    }

    /// <summary>Submits; a refusal is the failure of that item, at its place.</summary>
    private static Task<TResult> Submit<T, TResult>(
        IExecutor executor, Callable<T, TResult> callable, T item, CancellationToken cancellationToken)
    {
        try
        {
            return executor.SubmitAsync(callable, item, cancellationToken);
        }
        catch (Exception exception)
        {
            return Task.FromException<TResult>(exception);
        }
    }

    private static ConfiguredTaskAwaitable WhenEnded(Task task) => task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
