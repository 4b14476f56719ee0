using System.Runtime.CompilerServices;

namespace Overlap.Executors;

/// <summary>The verbs of every executor: the same call sites whatever runs the calls, and any form of function without a cast.</summary>
public static partial class ExecutorExtensions
{
    /// <summary>Submits one call.</summary>
    /// <typeparam name="T">The type of the argument.</typeparam>
    /// <typeparam name="TResult">The type of the result.</typeparam>
    /// <param name="executor">Runs the call.</param>
    /// <param name="function">The function: synchronous or asynchronous, with or without a token, with or without a result.</param>
    /// <param name="argument">Its argument.</param>
    /// <param name="cancellationToken">Ends the call if it has not started, and is handed to the function if it takes a token.</param>
    /// <returns>The future of the call.</returns>
    /// <exception cref="ObjectDisposedException">The executor was disposed.</exception>
    /// <exception cref="ExecutorQueueFullException">As many calls as the executor's queue holds wait already.</exception>
    [OverloadResolutionPriority(11)]
    public static Task<TResult> SubmitAsync<T, TResult>(
        this IExecutor executor, Func<T, CancellationToken, ValueTask<TResult>> function, T argument, CancellationToken cancellationToken = default) =>
        executor.SubmitAsync(Callable.Of(function), argument, cancellationToken);

    /// <inheritdoc cref="SubmitAsync{T, TResult}(IExecutor, Func{T, CancellationToken, ValueTask{TResult}}, T, CancellationToken)"/>
    [OverloadResolutionPriority(10)]
    public static Task<TResult> SubmitAsync<T, TResult>(
        this IExecutor executor, Func<T, ValueTask<TResult>> function, T argument, CancellationToken cancellationToken = default) =>
        executor.SubmitAsync(Callable.Of(function), argument, cancellationToken);

    /// <inheritdoc cref="SubmitAsync{T, TResult}(IExecutor, Func{T, CancellationToken, ValueTask{TResult}}, T, CancellationToken)"/>
    [OverloadResolutionPriority(9)]
    public static Task<TResult> SubmitAsync<T, TResult>(
        this IExecutor executor, Func<T, CancellationToken, Task<TResult>> function, T argument, CancellationToken cancellationToken = default) =>
        executor.SubmitAsync(Callable.Of(function), argument, cancellationToken);

    /// <inheritdoc cref="SubmitAsync{T, TResult}(IExecutor, Func{T, CancellationToken, ValueTask{TResult}}, T, CancellationToken)"/>
    [OverloadResolutionPriority(8)]
    public static Task<TResult> SubmitAsync<T, TResult>(
        this IExecutor executor, Func<T, Task<TResult>> function, T argument, CancellationToken cancellationToken = default) =>
        executor.SubmitAsync(Callable.Of(function), argument, cancellationToken);

    /// <inheritdoc cref="SubmitAsync{T, TResult}(IExecutor, Func{T, CancellationToken, ValueTask{TResult}}, T, CancellationToken)"/>
    [OverloadResolutionPriority(7)]
    public static Task SubmitAsync<T>(
        this IExecutor executor, Func<T, CancellationToken, ValueTask> function, T argument, CancellationToken cancellationToken = default) =>
        executor.SubmitAsync(Callable.Of(function), argument, cancellationToken);

    /// <inheritdoc cref="SubmitAsync{T, TResult}(IExecutor, Func{T, CancellationToken, ValueTask{TResult}}, T, CancellationToken)"/>
    [OverloadResolutionPriority(6)]
    public static Task SubmitAsync<T>(
        this IExecutor executor, Func<T, ValueTask> function, T argument, CancellationToken cancellationToken = default) =>
        executor.SubmitAsync(Callable.Of(function), argument, cancellationToken);

    /// <inheritdoc cref="SubmitAsync{T, TResult}(IExecutor, Func{T, CancellationToken, ValueTask{TResult}}, T, CancellationToken)"/>
    [OverloadResolutionPriority(5)]
    public static Task SubmitAsync<T>(
        this IExecutor executor, Func<T, CancellationToken, Task> function, T argument, CancellationToken cancellationToken = default) =>
        executor.SubmitAsync(Callable.Of(function), argument, cancellationToken);

    /// <inheritdoc cref="SubmitAsync{T, TResult}(IExecutor, Func{T, CancellationToken, ValueTask{TResult}}, T, CancellationToken)"/>
    [OverloadResolutionPriority(4)]
    public static Task SubmitAsync<T>(
        this IExecutor executor, Func<T, Task> function, T argument, CancellationToken cancellationToken = default) =>
        executor.SubmitAsync(Callable.Of(function), argument, cancellationToken);

    /// <inheritdoc cref="SubmitAsync{T, TResult}(IExecutor, Func{T, CancellationToken, ValueTask{TResult}}, T, CancellationToken)"/>
    [OverloadResolutionPriority(3)]
    public static Task<TResult> SubmitAsync<T, TResult>(
        this IExecutor executor, Func<T, CancellationToken, TResult> function, T argument, CancellationToken cancellationToken = default) =>
        executor.SubmitAsync(Callable.Of(function), argument, cancellationToken);

    /// <inheritdoc cref="SubmitAsync{T, TResult}(IExecutor, Func{T, CancellationToken, ValueTask{TResult}}, T, CancellationToken)"/>
    [OverloadResolutionPriority(2)]
    public static Task<TResult> SubmitAsync<T, TResult>(
        this IExecutor executor, Func<T, TResult> function, T argument, CancellationToken cancellationToken = default) =>
        executor.SubmitAsync(Callable.Of(function), argument, cancellationToken);

    /// <inheritdoc cref="SubmitAsync{T, TResult}(IExecutor, Func{T, CancellationToken, ValueTask{TResult}}, T, CancellationToken)"/>
    [OverloadResolutionPriority(1)]
    public static Task SubmitAsync<T>(
        this IExecutor executor, Action<T, CancellationToken> function, T argument, CancellationToken cancellationToken = default) =>
        executor.SubmitAsync(Callable.Of(function), argument, cancellationToken);

    /// <inheritdoc cref="SubmitAsync{T, TResult}(IExecutor, Func{T, CancellationToken, ValueTask{TResult}}, T, CancellationToken)"/>
    [OverloadResolutionPriority(0)]
    public static Task SubmitAsync<T>(
        this IExecutor executor, Action<T> function, T argument, CancellationToken cancellationToken = default) =>
        executor.SubmitAsync(Callable.Of(function), argument, cancellationToken);

    /// <summary>Submits one call of a function without an argument.</summary>
    /// <typeparam name="TResult">The type of the result.</typeparam>
    /// <param name="executor">Runs the call.</param>
    /// <param name="function">The function: synchronous or asynchronous, with or without a token, with or without a result.</param>
    /// <param name="cancellationToken">Ends the call if it has not started, and is handed to the function if it takes a token.</param>
    /// <returns>The future of the call.</returns>
    /// <exception cref="ObjectDisposedException">The executor was disposed.</exception>
    /// <exception cref="ExecutorQueueFullException">As many calls as the executor's queue holds wait already.</exception>
    [OverloadResolutionPriority(11)]
    public static Task<TResult> SubmitAsync<TResult>(
        this IExecutor executor, Func<CancellationToken, ValueTask<TResult>> function, CancellationToken cancellationToken = default) =>
        executor.SubmitAsync(Callable.Of(function), default(ValueTuple), cancellationToken);

    /// <inheritdoc cref="SubmitAsync{TResult}(IExecutor, Func{CancellationToken, ValueTask{TResult}}, CancellationToken)"/>
    [OverloadResolutionPriority(10)]
    public static Task<TResult> SubmitAsync<TResult>(
        this IExecutor executor, Func<ValueTask<TResult>> function, CancellationToken cancellationToken = default) =>
        executor.SubmitAsync(Callable.Of(function), default(ValueTuple), cancellationToken);

    /// <inheritdoc cref="SubmitAsync{TResult}(IExecutor, Func{CancellationToken, ValueTask{TResult}}, CancellationToken)"/>
    [OverloadResolutionPriority(9)]
    public static Task<TResult> SubmitAsync<TResult>(
        this IExecutor executor, Func<CancellationToken, Task<TResult>> function, CancellationToken cancellationToken = default) =>
        executor.SubmitAsync(Callable.Of(function), default(ValueTuple), cancellationToken);

    /// <inheritdoc cref="SubmitAsync{TResult}(IExecutor, Func{CancellationToken, ValueTask{TResult}}, CancellationToken)"/>
    [OverloadResolutionPriority(8)]
    public static Task<TResult> SubmitAsync<TResult>(
        this IExecutor executor, Func<Task<TResult>> function, CancellationToken cancellationToken = default) =>
        executor.SubmitAsync(Callable.Of(function), default(ValueTuple), cancellationToken);

    /// <inheritdoc cref="SubmitAsync{TResult}(IExecutor, Func{CancellationToken, ValueTask{TResult}}, CancellationToken)"/>
    [OverloadResolutionPriority(7)]
    public static Task SubmitAsync(
        this IExecutor executor, Func<CancellationToken, ValueTask> function, CancellationToken cancellationToken = default) =>
        executor.SubmitAsync(Callable.Of(function), default(ValueTuple), cancellationToken);

    /// <inheritdoc cref="SubmitAsync{TResult}(IExecutor, Func{CancellationToken, ValueTask{TResult}}, CancellationToken)"/>
    [OverloadResolutionPriority(6)]
    public static Task SubmitAsync(
        this IExecutor executor, Func<ValueTask> function, CancellationToken cancellationToken = default) =>
        executor.SubmitAsync(Callable.Of(function), default(ValueTuple), cancellationToken);

    /// <inheritdoc cref="SubmitAsync{TResult}(IExecutor, Func{CancellationToken, ValueTask{TResult}}, CancellationToken)"/>
    [OverloadResolutionPriority(5)]
    public static Task SubmitAsync(
        this IExecutor executor, Func<CancellationToken, Task> function, CancellationToken cancellationToken = default) =>
        executor.SubmitAsync(Callable.Of(function), default(ValueTuple), cancellationToken);

    /// <inheritdoc cref="SubmitAsync{TResult}(IExecutor, Func{CancellationToken, ValueTask{TResult}}, CancellationToken)"/>
    [OverloadResolutionPriority(4)]
    public static Task SubmitAsync(
        this IExecutor executor, Func<Task> function, CancellationToken cancellationToken = default) =>
        executor.SubmitAsync(Callable.Of(function), default(ValueTuple), cancellationToken);

    /// <inheritdoc cref="SubmitAsync{TResult}(IExecutor, Func{CancellationToken, ValueTask{TResult}}, CancellationToken)"/>
    [OverloadResolutionPriority(3)]
    public static Task<TResult> SubmitAsync<TResult>(
        this IExecutor executor, Func<CancellationToken, TResult> function, CancellationToken cancellationToken = default) =>
        executor.SubmitAsync(Callable.Of(function), default(ValueTuple), cancellationToken);

    /// <inheritdoc cref="SubmitAsync{TResult}(IExecutor, Func{CancellationToken, ValueTask{TResult}}, CancellationToken)"/>
    [OverloadResolutionPriority(2)]
    public static Task<TResult> SubmitAsync<TResult>(
        this IExecutor executor, Func<TResult> function, CancellationToken cancellationToken = default) =>
        executor.SubmitAsync(Callable.Of(function), default(ValueTuple), cancellationToken);

    /// <inheritdoc cref="SubmitAsync{TResult}(IExecutor, Func{CancellationToken, ValueTask{TResult}}, CancellationToken)"/>
    [OverloadResolutionPriority(1)]
    public static Task SubmitAsync(
        this IExecutor executor, Action<CancellationToken> function, CancellationToken cancellationToken = default) =>
        executor.SubmitAsync(Callable.Of(function), default(ValueTuple), cancellationToken);

    /// <inheritdoc cref="SubmitAsync{TResult}(IExecutor, Func{CancellationToken, ValueTask{TResult}}, CancellationToken)"/>
    [OverloadResolutionPriority(0)]
    public static Task SubmitAsync(
        this IExecutor executor, Action function, CancellationToken cancellationToken = default) =>
        executor.SubmitAsync(Callable.Of(function), default(ValueTuple), cancellationToken);
}
