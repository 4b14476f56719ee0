using System.Runtime.CompilerServices;

namespace Overlap.Executors;

/// <summary>The verbs of every executor.</summary>
public static partial class ExecutorExtensions
{
    /// <summary>Calls a function for every item and waits for all calls.</summary>
    /// <typeparam name="T">The type of the items.</typeparam>
    /// <param name="executor">Runs the calls.</param>
    /// <param name="source">The items; pulled lazily.</param>
    /// <param name="function">The function: synchronous or asynchronous, with or without a token.</param>
    /// <param name="options">The window.</param>
    /// <param name="cancellationToken">Stops the pulling and is handed to the calls.</param>
    /// <remarks>
    /// Order: calls start in the order of the source.
    /// Race: the first failure stops the pulling, cancels what has not started and the token of what runs; the task ends when all of it has.
    /// Memory: the window, whatever the length of the source.
    /// Cost: one submitted call an item.
    /// </remarks>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    [OverloadResolutionPriority(7)]
    public static Task ForEachAsync<T>(
        this IExecutor executor, IEnumerable<T> source, Func<T, CancellationToken, ValueTask> function, MapOptions? options = null, CancellationToken cancellationToken = default) =>
        MapEngine.ForEachAsync(executor, ItemSource.Of(source), Callable.Of(function), options ?? MapOptions.Default, cancellationToken);

    /// <inheritdoc cref="ForEachAsync{T}(IExecutor, IEnumerable{T}, Func{T, CancellationToken, ValueTask}, MapOptions?, CancellationToken)"/>
    [OverloadResolutionPriority(6)]
    public static Task ForEachAsync<T>(
        this IExecutor executor, IEnumerable<T> source, Func<T, ValueTask> function, MapOptions? options = null, CancellationToken cancellationToken = default) =>
        MapEngine.ForEachAsync(executor, ItemSource.Of(source), Callable.Of(function), options ?? MapOptions.Default, cancellationToken);

    /// <inheritdoc cref="ForEachAsync{T}(IExecutor, IEnumerable{T}, Func{T, CancellationToken, ValueTask}, MapOptions?, CancellationToken)"/>
    [OverloadResolutionPriority(5)]
    public static Task ForEachAsync<T>(
        this IExecutor executor, IEnumerable<T> source, Func<T, CancellationToken, Task> function, MapOptions? options = null, CancellationToken cancellationToken = default) =>
        MapEngine.ForEachAsync(executor, ItemSource.Of(source), Callable.Of(function), options ?? MapOptions.Default, cancellationToken);

    /// <inheritdoc cref="ForEachAsync{T}(IExecutor, IEnumerable{T}, Func{T, CancellationToken, ValueTask}, MapOptions?, CancellationToken)"/>
    [OverloadResolutionPriority(4)]
    public static Task ForEachAsync<T>(
        this IExecutor executor, IEnumerable<T> source, Func<T, Task> function, MapOptions? options = null, CancellationToken cancellationToken = default) =>
        MapEngine.ForEachAsync(executor, ItemSource.Of(source), Callable.Of(function), options ?? MapOptions.Default, cancellationToken);

    /// <inheritdoc cref="ForEachAsync{T}(IExecutor, IEnumerable{T}, Func{T, CancellationToken, ValueTask}, MapOptions?, CancellationToken)"/>
    [OverloadResolutionPriority(1)]
    public static Task ForEachAsync<T>(
        this IExecutor executor, IEnumerable<T> source, Action<T, CancellationToken> function, MapOptions? options = null, CancellationToken cancellationToken = default) =>
        MapEngine.ForEachAsync(executor, ItemSource.Of(source), Callable.Of(function), options ?? MapOptions.Default, cancellationToken);

    /// <inheritdoc cref="ForEachAsync{T}(IExecutor, IEnumerable{T}, Func{T, CancellationToken, ValueTask}, MapOptions?, CancellationToken)"/>
    [OverloadResolutionPriority(0)]
    public static Task ForEachAsync<T>(
        this IExecutor executor, IEnumerable<T> source, Action<T> function, MapOptions? options = null, CancellationToken cancellationToken = default) =>
        MapEngine.ForEachAsync(executor, ItemSource.Of(source), Callable.Of(function), options ?? MapOptions.Default, cancellationToken);

    /// <inheritdoc cref="ForEachAsync{T}(IExecutor, IEnumerable{T}, Func{T, CancellationToken, ValueTask}, MapOptions?, CancellationToken)"/>
    [OverloadResolutionPriority(7)]
    public static Task ForEachAsync<T>(
        this IExecutor executor, IAsyncEnumerable<T> source, Func<T, CancellationToken, ValueTask> function, MapOptions? options = null, CancellationToken cancellationToken = default) =>
        MapEngine.ForEachAsync(executor, ItemSource.Of(source), Callable.Of(function), options ?? MapOptions.Default, cancellationToken);

    /// <inheritdoc cref="ForEachAsync{T}(IExecutor, IEnumerable{T}, Func{T, CancellationToken, ValueTask}, MapOptions?, CancellationToken)"/>
    [OverloadResolutionPriority(6)]
    public static Task ForEachAsync<T>(
        this IExecutor executor, IAsyncEnumerable<T> source, Func<T, ValueTask> function, MapOptions? options = null, CancellationToken cancellationToken = default) =>
        MapEngine.ForEachAsync(executor, ItemSource.Of(source), Callable.Of(function), options ?? MapOptions.Default, cancellationToken);

    /// <inheritdoc cref="ForEachAsync{T}(IExecutor, IEnumerable{T}, Func{T, CancellationToken, ValueTask}, MapOptions?, CancellationToken)"/>
    [OverloadResolutionPriority(5)]
    public static Task ForEachAsync<T>(
        this IExecutor executor, IAsyncEnumerable<T> source, Func<T, CancellationToken, Task> function, MapOptions? options = null, CancellationToken cancellationToken = default) =>
        MapEngine.ForEachAsync(executor, ItemSource.Of(source), Callable.Of(function), options ?? MapOptions.Default, cancellationToken);

    /// <inheritdoc cref="ForEachAsync{T}(IExecutor, IEnumerable{T}, Func{T, CancellationToken, ValueTask}, MapOptions?, CancellationToken)"/>
    [OverloadResolutionPriority(4)]
    public static Task ForEachAsync<T>(
        this IExecutor executor, IAsyncEnumerable<T> source, Func<T, Task> function, MapOptions? options = null, CancellationToken cancellationToken = default) =>
        MapEngine.ForEachAsync(executor, ItemSource.Of(source), Callable.Of(function), options ?? MapOptions.Default, cancellationToken);

    /// <inheritdoc cref="ForEachAsync{T}(IExecutor, IEnumerable{T}, Func{T, CancellationToken, ValueTask}, MapOptions?, CancellationToken)"/>
    [OverloadResolutionPriority(1)]
    public static Task ForEachAsync<T>(
        this IExecutor executor, IAsyncEnumerable<T> source, Action<T, CancellationToken> function, MapOptions? options = null, CancellationToken cancellationToken = default) =>
        MapEngine.ForEachAsync(executor, ItemSource.Of(source), Callable.Of(function), options ?? MapOptions.Default, cancellationToken);

    /// <inheritdoc cref="ForEachAsync{T}(IExecutor, IEnumerable{T}, Func{T, CancellationToken, ValueTask}, MapOptions?, CancellationToken)"/>
    [OverloadResolutionPriority(0)]
    public static Task ForEachAsync<T>(
        this IExecutor executor, IAsyncEnumerable<T> source, Action<T> function, MapOptions? options = null, CancellationToken cancellationToken = default) =>
        MapEngine.ForEachAsync(executor, ItemSource.Of(source), Callable.Of(function), options ?? MapOptions.Default, cancellationToken);
}
