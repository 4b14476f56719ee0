using System.Runtime.CompilerServices;
using Overlap.Executors;
using Overlap.Futures;
using Overlap.Waiting;

namespace Overlap.Pipelines;

// Several items at a time.
public static partial class PipelineExtensions
{
    /// <summary>Calls a function for each item, for several at the same time, ahead of the consumer.</summary>
    /// <typeparam name="T">The type of the items.</typeparam>
    /// <typeparam name="TResult">The type of the results.</typeparam>
    /// <param name="source">The source; read by one task.</param>
    /// <param name="body">
    /// The function. Of an asynchronous one, what is before its first wait runs one item after the other; a synchronous one runs on workers of the pool.
    /// Its token is cancelled when the stage stops.
    /// </param>
    /// <param name="options">How many at a time, in which order, and what happens when the function throws.</param>
    /// <remarks>
    /// Order: the source's, unless <see cref="SelectParallelOptions.Order"/> says that of completion.
    /// Race: each item that was pulled is done, failed or not started, once. After a failure nothing is pulled; what runs is cancelled once the
    /// items before have been delivered, and is waited for.
    /// Memory: what was written before an item was given is visible to its call, and what the call wrote to who gets its result.
    /// Cost: no allocation but the body's own; three short gates for each item.
    /// </remarks>
    [OverloadResolutionPriority(8)]
    public static IAsyncEnumerable<TResult> SelectParallel<T, TResult>(
        this IAsyncEnumerable<T> source, Func<T, CancellationToken, ValueTask<TResult>> body, SelectParallelOptions? options = null) =>
        SelectParallel(source, Callable.Of(body), options);

    /// <inheritdoc cref="SelectParallel{T, TResult}(IAsyncEnumerable{T}, Func{T, CancellationToken, ValueTask{TResult}}, SelectParallelOptions?)"/>
    [OverloadResolutionPriority(7)]
    public static IAsyncEnumerable<TResult> SelectParallel<T, TResult>(
        this IAsyncEnumerable<T> source, Func<T, ValueTask<TResult>> body, SelectParallelOptions? options = null) =>
        SelectParallel(source, Callable.Of(body), options);

    /// <inheritdoc cref="SelectParallel{T, TResult}(IAsyncEnumerable{T}, Func{T, CancellationToken, ValueTask{TResult}}, SelectParallelOptions?)"/>
    [OverloadResolutionPriority(6)]
    public static IAsyncEnumerable<TResult> SelectParallel<T, TResult>(
        this IAsyncEnumerable<T> source, Func<T, CancellationToken, Task<TResult>> body, SelectParallelOptions? options = null) =>
        SelectParallel(source, Callable.Of(body), options);

    /// <inheritdoc cref="SelectParallel{T, TResult}(IAsyncEnumerable{T}, Func{T, CancellationToken, ValueTask{TResult}}, SelectParallelOptions?)"/>
    [OverloadResolutionPriority(5)]
    public static IAsyncEnumerable<TResult> SelectParallel<T, TResult>(
        this IAsyncEnumerable<T> source, Func<T, Task<TResult>> body, SelectParallelOptions? options = null) =>
        SelectParallel(source, Callable.Of(body), options);

    /// <inheritdoc cref="SelectParallel{T, TResult}(IAsyncEnumerable{T}, Func{T, CancellationToken, ValueTask{TResult}}, SelectParallelOptions?)"/>
    [OverloadResolutionPriority(4)]
    public static IAsyncEnumerable<TResult> SelectParallel<T, TResult>(
        this IAsyncEnumerable<T> source, Func<T, CancellationToken, TResult> body, SelectParallelOptions? options = null) =>
        SelectParallel(source, Callable.Of(body), options);

    /// <inheritdoc cref="SelectParallel{T, TResult}(IAsyncEnumerable{T}, Func{T, CancellationToken, ValueTask{TResult}}, SelectParallelOptions?)"/>
    [OverloadResolutionPriority(3)]
    public static IAsyncEnumerable<TResult> SelectParallel<T, TResult>(
        this IAsyncEnumerable<T> source, Func<T, TResult> body, SelectParallelOptions? options = null) =>
        SelectParallel(source, Callable.Of(body), options);

    /// <summary>Calls a function as <c>SelectParallel</c> does, and gives what each call threw as a value in its place.</summary>
    /// <inheritdoc cref="SelectParallel{T, TResult}(IAsyncEnumerable{T}, Func{T, CancellationToken, ValueTask{TResult}}, SelectParallelOptions?)"/>
    public static IAsyncEnumerable<Outcome<TResult>> SelectParallelOutcomes<T, TResult>(
        this IAsyncEnumerable<T> source, Func<T, CancellationToken, ValueTask<TResult>> body, SelectParallelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(body);
        return source.SelectParallel(
            async ValueTask<Outcome<TResult>> (item, cancellationToken) =>
            {
                try
                {
                    return Outcome<TResult>.FromValue(await body(item, cancellationToken).ConfigureAwait(Interleaver.KeepsContext));
                }
                catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
                {
                    return Outcome<TResult>.FromException(failure);
                }
            },
            options);
    }

    private static SelectParallelStage<T, TResult> SelectParallel<T, TResult>(
        IAsyncEnumerable<T> source, Callable<T, TResult> callable, SelectParallelOptions? options)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new SelectParallelStage<T, TResult>(source, callable, options ?? SelectParallelOptions.Default);
    }
}
