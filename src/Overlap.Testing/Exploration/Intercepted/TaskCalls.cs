using System.ComponentModel;
using System.Runtime.CompilerServices;
using Overlap.Testing.Exploration.Threads;
using Overlap.Waiting;

namespace Overlap.Testing.Exploration.Intercepted;

/// <summary>What intercepted calls of tasks come to: while a program is explored nothing goes to the pool.</summary>
/// <remarks>Outside an exploration each is the call itself.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class TaskCalls
{
    /// <inheritdoc cref="Task.ConfigureAwait(bool)"/>
    public static ConfiguredTaskAwaitable ConfigureAwait(Task task, bool continueOnCapturedContext)
    {
        ArgumentNullException.ThrowIfNull(task);
        return task.ConfigureAwait(continueOnCapturedContext || Interleaver.KeepsContext);
    }

    /// <inheritdoc cref="Task.ConfigureAwait(ConfigureAwaitOptions)"/>
    public static ConfiguredTaskAwaitable ConfigureAwait(Task task, ConfigureAwaitOptions options)
    {
        ArgumentNullException.ThrowIfNull(task);
        return task.ConfigureAwait(Kept(options));
    }

    /// <inheritdoc cref="Task{T}.ConfigureAwait(bool)"/>
    public static ConfiguredTaskAwaitable<T> ConfigureAwait<T>(Task<T> task, bool continueOnCapturedContext)
    {
        ArgumentNullException.ThrowIfNull(task);
        return task.ConfigureAwait(continueOnCapturedContext || Interleaver.KeepsContext);
    }

    /// <inheritdoc cref="Task{T}.ConfigureAwait(ConfigureAwaitOptions)"/>
    public static ConfiguredTaskAwaitable<T> ConfigureAwait<T>(Task<T> task, ConfigureAwaitOptions options)
    {
        ArgumentNullException.ThrowIfNull(task);
        return task.ConfigureAwait(Kept(options));
    }

    /// <inheritdoc cref="ValueTask.ConfigureAwait"/>
    public static ConfiguredValueTaskAwaitable ConfigureAwait(ValueTask task, bool continueOnCapturedContext) =>
        task.ConfigureAwait(continueOnCapturedContext || Interleaver.KeepsContext);

    /// <inheritdoc cref="ValueTask{T}.ConfigureAwait"/>
    public static ConfiguredValueTaskAwaitable<T> ConfigureAwait<T>(ValueTask<T> task, bool continueOnCapturedContext) =>
        task.ConfigureAwait(continueOnCapturedContext || Interleaver.KeepsContext);

    /// <inheritdoc cref="Task.Run(Action)"/>
    public static Task Run(Action action) => Run(action, CancellationToken.None);

    /// <inheritdoc cref="Task.Run(Action, CancellationToken)"/>
    public static Task Run(Action action, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(action);
        return Interleaver.Current is null
            ? Task.Run(action, cancellationToken)
            : PooledLane.Start(Call, cancellationToken);

        bool Call()
        {
            action();
            return true;
        }
    }

    /// <inheritdoc cref="Task.Run{T}(Func{T})"/>
    public static Task<T> Run<T>(Func<T> function) => Run(function, CancellationToken.None);

    /// <inheritdoc cref="Task.Run{T}(Func{T}, CancellationToken)"/>
    public static Task<T> Run<T>(Func<T> function, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Interleaver.Current is null ? Task.Run(function, cancellationToken) : PooledLane.Start(function, cancellationToken);
    }

    /// <inheritdoc cref="Task.Run(Func{Task})"/>
    public static Task Run(Func<Task?> function) => Run(function, CancellationToken.None);

    /// <inheritdoc cref="Task.Run(Func{Task}, CancellationToken)"/>
    public static Task Run(Func<Task?> function, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Interleaver.Current is null ? Task.Run(function, cancellationToken) : PooledLane.StartAsync(CallAsync, cancellationToken);

        async Task<bool> CallAsync()
        {
            await (function() ?? throw new TaskCanceledException()).ConfigureAwait(true);
            return true;
        }
    }

    /// <inheritdoc cref="Task.Run{T}(Func{Task{T}})"/>
    public static Task<T> Run<T>(Func<Task<T>?> function) => Run(function, CancellationToken.None);

    /// <inheritdoc cref="Task.Run{T}(Func{Task{T}}, CancellationToken)"/>
    public static Task<T> Run<T>(Func<Task<T>?> function, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Interleaver.Current is null
            ? Task.Run(function, cancellationToken)
            : PooledLane.StartAsync(() => function() ?? throw new TaskCanceledException(), cancellationToken);
    }

    /// <inheritdoc cref="Task.Wait()"/>
    public static void Wait(Task task)
    {
        ArgumentNullException.ThrowIfNull(task);
        WaitForEnds([task]);
        task.Wait();
    }

    /// <inheritdoc cref="Task.WaitAll(Task[])"/>
    public static void WaitAll(Task[] tasks)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        WaitForEnds(tasks);
        Task.WaitAll(tasks);
    }

    /// <inheritdoc cref="Task.WaitAll(ReadOnlySpan{Task})"/>
    public static void WaitAll(ReadOnlySpan<Task> tasks) => WaitAll(tasks.ToArray());

    private static ConfigureAwaitOptions Kept(ConfigureAwaitOptions options) =>
        Interleaver.KeepsContext ? options | ConfigureAwaitOptions.ContinueOnCapturedContext : options;

    // In asynchronous mode blocking is what is found, by the wait itself.
    private static void WaitForEnds(Task[] tasks)
    {
        if (ThreadLane.Step() is { } lane && !Array.TrueForAll(tasks, static task => task.IsCompleted))
        {
            lane.WaitUntil(() => Array.TrueForAll(tasks, static task => task.IsCompleted), tasks.Length == 1 ? "the end of a task" : "the ends of tasks");
        }
    }
}
