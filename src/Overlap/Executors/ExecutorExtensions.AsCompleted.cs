using System.Runtime.CompilerServices;

namespace Overlap.Executors;

/// <summary>The verbs of every executor.</summary>
public static partial class ExecutorExtensions
{
    /// <summary>Calls a function for every item and gives each call as it ends, with its outcome: a failure does not end the stream.</summary>
    /// <typeparam name="T">The type of the items.</typeparam>
    /// <typeparam name="TResult">The type of the results.</typeparam>
    /// <param name="executor">Runs the calls.</param>
    /// <param name="source">The items; pulled lazily, never more than the window ahead of the consumer.</param>
    /// <param name="function">The function: synchronous or asynchronous, with or without a token.</param>
    /// <param name="options">The window; the order is that of completion.</param>
    /// <param name="cancellationToken">Stops the stream.</param>
    /// <returns>Each item with its place in the source and its outcome.</returns>
    /// <remarks>
    /// Order: calls start in the order of the source and are given in the order in which they end.
    /// Race: however the stream ends - exhausted, cancelled, abandoned - nothing more is pulled, calls that have not started never run,
    /// and the calls that run have ended before the enumeration does.
    /// Memory: the window, whatever the length of the source.
    /// Cost: one submitted call an item.
    /// </remarks>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    [OverloadResolutionPriority(11)]
    public static IAsyncEnumerable<CompletedCall<T, TResult>> AsCompletedAsync<T, TResult>(
        this IExecutor executor, IEnumerable<T> source, Func<T, CancellationToken, ValueTask<TResult>> function, MapOptions? options = null, CancellationToken cancellationToken = default) =>
        MapEngine.AsCompletedAsync(executor, ItemSource.Of(source), Callable.Of(function), options ?? MapOptions.Default, cancellationToken);

    /// <inheritdoc cref="AsCompletedAsync{T, TResult}(IExecutor, IEnumerable{T}, Func{T, CancellationToken, ValueTask{TResult}}, MapOptions?, CancellationToken)"/>
    [OverloadResolutionPriority(10)]
    public static IAsyncEnumerable<CompletedCall<T, TResult>> AsCompletedAsync<T, TResult>(
        this IExecutor executor, IEnumerable<T> source, Func<T, ValueTask<TResult>> function, MapOptions? options = null, CancellationToken cancellationToken = default) =>
        MapEngine.AsCompletedAsync(executor, ItemSource.Of(source), Callable.Of(function), options ?? MapOptions.Default, cancellationToken);

    /// <inheritdoc cref="AsCompletedAsync{T, TResult}(IExecutor, IEnumerable{T}, Func{T, CancellationToken, ValueTask{TResult}}, MapOptions?, CancellationToken)"/>
    [OverloadResolutionPriority(9)]
    public static IAsyncEnumerable<CompletedCall<T, TResult>> AsCompletedAsync<T, TResult>(
        this IExecutor executor, IEnumerable<T> source, Func<T, CancellationToken, Task<TResult>> function, MapOptions? options = null, CancellationToken cancellationToken = default) =>
        MapEngine.AsCompletedAsync(executor, ItemSource.Of(source), Callable.Of(function), options ?? MapOptions.Default, cancellationToken);

    /// <inheritdoc cref="AsCompletedAsync{T, TResult}(IExecutor, IEnumerable{T}, Func{T, CancellationToken, ValueTask{TResult}}, MapOptions?, CancellationToken)"/>
    [OverloadResolutionPriority(8)]
    public static IAsyncEnumerable<CompletedCall<T, TResult>> AsCompletedAsync<T, TResult>(
        this IExecutor executor, IEnumerable<T> source, Func<T, Task<TResult>> function, MapOptions? options = null, CancellationToken cancellationToken = default) =>
        MapEngine.AsCompletedAsync(executor, ItemSource.Of(source), Callable.Of(function), options ?? MapOptions.Default, cancellationToken);

    /// <summary>Refused at compile time: a function without a result has nothing to give.</summary>
    [Obsolete("The function has no result: use ForEachAsync.", error: true)]
    [OverloadResolutionPriority(7)]
    public static IAsyncEnumerable<ValueTuple> AsCompletedAsync<T>(
        this IExecutor executor, IEnumerable<T> source, Func<T, CancellationToken, ValueTask> function, MapOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("The function has no result: use ForEachAsync.");

    /// <summary>Refused at compile time: a function without a result has nothing to give.</summary>
    [Obsolete("The function has no result: use ForEachAsync.", error: true)]
    [OverloadResolutionPriority(6)]
    public static IAsyncEnumerable<ValueTuple> AsCompletedAsync<T>(
        this IExecutor executor, IEnumerable<T> source, Func<T, ValueTask> function, MapOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("The function has no result: use ForEachAsync.");

    /// <summary>Refused at compile time: a function without a result has nothing to give.</summary>
    [Obsolete("The function has no result: use ForEachAsync.", error: true)]
    [OverloadResolutionPriority(5)]
    public static IAsyncEnumerable<ValueTuple> AsCompletedAsync<T>(
        this IExecutor executor, IEnumerable<T> source, Func<T, CancellationToken, Task> function, MapOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("The function has no result: use ForEachAsync.");

    /// <summary>Refused at compile time: a function without a result has nothing to give.</summary>
    [Obsolete("The function has no result: use ForEachAsync.", error: true)]
    [OverloadResolutionPriority(4)]
    public static IAsyncEnumerable<ValueTuple> AsCompletedAsync<T>(
        this IExecutor executor, IEnumerable<T> source, Func<T, Task> function, MapOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("The function has no result: use ForEachAsync.");

    /// <inheritdoc cref="AsCompletedAsync{T, TResult}(IExecutor, IEnumerable{T}, Func{T, CancellationToken, ValueTask{TResult}}, MapOptions?, CancellationToken)"/>
    [OverloadResolutionPriority(3)]
    public static IAsyncEnumerable<CompletedCall<T, TResult>> AsCompletedAsync<T, TResult>(
        this IExecutor executor, IEnumerable<T> source, Func<T, CancellationToken, TResult> function, MapOptions? options = null, CancellationToken cancellationToken = default) =>
        MapEngine.AsCompletedAsync(executor, ItemSource.Of(source), Callable.Of(function), options ?? MapOptions.Default, cancellationToken);

    /// <inheritdoc cref="AsCompletedAsync{T, TResult}(IExecutor, IEnumerable{T}, Func{T, CancellationToken, ValueTask{TResult}}, MapOptions?, CancellationToken)"/>
    [OverloadResolutionPriority(2)]
    public static IAsyncEnumerable<CompletedCall<T, TResult>> AsCompletedAsync<T, TResult>(
        this IExecutor executor, IEnumerable<T> source, Func<T, TResult> function, MapOptions? options = null, CancellationToken cancellationToken = default) =>
        MapEngine.AsCompletedAsync(executor, ItemSource.Of(source), Callable.Of(function), options ?? MapOptions.Default, cancellationToken);
}
