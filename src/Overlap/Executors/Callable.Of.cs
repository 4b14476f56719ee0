namespace Overlap.Executors;

/// <summary>Makes callables of functions in each of their forms.</summary>
internal static class Callable
{
    public static Callable<T, TResult> Of<T, TResult>(Func<T, CancellationToken, ValueTask<TResult>> function) => new(function, static (function, argument, cancellationToken) => ((Func<T, CancellationToken, ValueTask<TResult>>)function)(argument, cancellationToken));

    public static Callable<T, TResult> Of<T, TResult>(Func<T, ValueTask<TResult>> function) => new(function, static (function, argument, _) => ((Func<T, ValueTask<TResult>>)function)(argument));

    public static Callable<T, TResult> Of<T, TResult>(Func<T, CancellationToken, Task<TResult>> function) => new(function, static (function, argument, cancellationToken) => new ValueTask<TResult>(((Func<T, CancellationToken, Task<TResult>>)function)(argument, cancellationToken)));

    public static Callable<T, TResult> Of<T, TResult>(Func<T, Task<TResult>> function) => new(function, static (function, argument, _) => new ValueTask<TResult>(((Func<T, Task<TResult>>)function)(argument)));

    public static Callable<T, ValueTuple> Of<T>(Func<T, CancellationToken, ValueTask> function) => new(function, static (function, argument, cancellationToken) => WithoutResult(((Func<T, CancellationToken, ValueTask>)function)(argument, cancellationToken)));

    public static Callable<T, ValueTuple> Of<T>(Func<T, ValueTask> function) => new(function, static (function, argument, _) => WithoutResult(((Func<T, ValueTask>)function)(argument)));

    public static Callable<T, ValueTuple> Of<T>(Func<T, CancellationToken, Task> function) => new(function, static (function, argument, cancellationToken) => WithoutResult(new ValueTask(((Func<T, CancellationToken, Task>)function)(argument, cancellationToken))));

    public static Callable<T, ValueTuple> Of<T>(Func<T, Task> function) => new(function, static (function, argument, _) => WithoutResult(new ValueTask(((Func<T, Task>)function)(argument))));

    public static Callable<T, TResult> Of<T, TResult>(Func<T, CancellationToken, TResult> function) => new(function, static (function, argument, cancellationToken) => ((Func<T, CancellationToken, TResult>)function)(argument, cancellationToken));

    public static Callable<T, TResult> Of<T, TResult>(Func<T, TResult> function) => new(function, static (function, argument, _) => ((Func<T, TResult>)function)(argument));

    public static Callable<T, ValueTuple> Of<T>(Action<T, CancellationToken> function) => new(function, static (function, argument, cancellationToken) =>
        {
            ((Action<T, CancellationToken>)function)(argument, cancellationToken);
            return default(ValueTuple);
        });

    public static Callable<T, ValueTuple> Of<T>(Action<T> function) => new(function, static (function, argument, _) =>
        {
            ((Action<T>)function)(argument);
            return default(ValueTuple);
        });

    public static Callable<ValueTuple, TResult> Of<TResult>(Func<CancellationToken, ValueTask<TResult>> function) => new(function, static (function, _, cancellationToken) => ((Func<CancellationToken, ValueTask<TResult>>)function)(cancellationToken));

    public static Callable<ValueTuple, TResult> Of<TResult>(Func<ValueTask<TResult>> function) => new(function, static (function, _, _) => ((Func<ValueTask<TResult>>)function)());

    public static Callable<ValueTuple, TResult> Of<TResult>(Func<CancellationToken, Task<TResult>> function) => new(function, static (function, _, cancellationToken) => new ValueTask<TResult>(((Func<CancellationToken, Task<TResult>>)function)(cancellationToken)));

    public static Callable<ValueTuple, TResult> Of<TResult>(Func<Task<TResult>> function) => new(function, static (function, _, _) => new ValueTask<TResult>(((Func<Task<TResult>>)function)()));

    public static Callable<ValueTuple, ValueTuple> Of(Func<CancellationToken, ValueTask> function) => new(function, static (function, _, cancellationToken) => WithoutResult(((Func<CancellationToken, ValueTask>)function)(cancellationToken)));

    public static Callable<ValueTuple, ValueTuple> Of(Func<ValueTask> function) => new(function, static (function, _, _) => WithoutResult(((Func<ValueTask>)function)()));

    public static Callable<ValueTuple, ValueTuple> Of(Func<CancellationToken, Task> function) => new(function, static (function, _, cancellationToken) => WithoutResult(new ValueTask(((Func<CancellationToken, Task>)function)(cancellationToken))));

    public static Callable<ValueTuple, ValueTuple> Of(Func<Task> function) => new(function, static (function, _, _) => WithoutResult(new ValueTask(((Func<Task>)function)())));

    public static Callable<ValueTuple, TResult> Of<TResult>(Func<CancellationToken, TResult> function) => new(function, static (function, _, cancellationToken) => ((Func<CancellationToken, TResult>)function)(cancellationToken));

    public static Callable<ValueTuple, TResult> Of<TResult>(Func<TResult> function) => new(function, static (function, _, _) => ((Func<TResult>)function)());

    public static Callable<ValueTuple, ValueTuple> Of(Action<CancellationToken> function) => new(function, static (function, _, cancellationToken) =>
        {
            ((Action<CancellationToken>)function)(cancellationToken);
            return default(ValueTuple);
        });

    public static Callable<ValueTuple, ValueTuple> Of(Action function) => new(function, static (function, _, _) =>
        {
            ((Action)function)();
            return default(ValueTuple);
        });

    private static ValueTask<ValueTuple> WithoutResult(ValueTask task)
    {
        if (task.IsCompletedSuccessfully)
        {
            // Reading the result gives a pooled source back.
            task.GetAwaiter().GetResult();
            return default;
        }

        return AwaitAsync(task);

        static async ValueTask<ValueTuple> AwaitAsync(ValueTask task)
        {
            await task.ConfigureAwait(false);
            return default;
        }
    }
}
