using Overlap.Executors;

namespace Overlap.Processes.Hosting;

/// <summary>Makes a callable of a delegate whose form only the delegate's type tells.</summary>
internal static class CallableOf<T, TResult>
{
    /// <exception cref="ArgumentException">The delegate has none of the forms that executors take.</exception>
    public static Callable<T, TResult> Delegate(Delegate function) =>
        function is Func<T, TResult> plain ? Callable.Of(plain) : OtherDelegate(function);

    // Apart, so that the usual function does not wait for all the others to be compiled.
    private static Callable<T, TResult> OtherDelegate(Delegate function) => function switch
    {
        Func<T, CancellationToken, ValueTask<TResult>> f => Callable.Of(f),
        Func<T, ValueTask<TResult>> f => Callable.Of(f),
        Func<T, CancellationToken, Task<TResult>> f => Callable.Of(f),
        Func<T, Task<TResult>> f => Callable.Of(f),
        Func<T, CancellationToken, TResult> f => Callable.Of(f),
        Func<CancellationToken, ValueTask<TResult>> f => As(Callable.Of(f)),
        Func<ValueTask<TResult>> f => As(Callable.Of(f)),
        Func<CancellationToken, Task<TResult>> f => As(Callable.Of(f)),
        Func<Task<TResult>> f => As(Callable.Of(f)),
        Func<CancellationToken, TResult> f => As(Callable.Of(f)),
        Func<TResult> f => As(Callable.Of(f)),
        Func<T, CancellationToken, ValueTask> f => As(Callable.Of(f)),
        Func<T, ValueTask> f => As(Callable.Of(f)),
        Func<T, CancellationToken, Task> f => As(Callable.Of(f)),
        Func<T, Task> f => As(Callable.Of(f)),
        Action<T, CancellationToken> f => As(Callable.Of(f)),
        Action<T> f => As(Callable.Of(f)),
        Func<CancellationToken, ValueTask> f => As(Callable.Of(f)),
        Func<ValueTask> f => As(Callable.Of(f)),
        Func<CancellationToken, Task> f => As(Callable.Of(f)),
        Func<Task> f => As(Callable.Of(f)),
        Action<CancellationToken> f => As(Callable.Of(f)),
        Action f => As(Callable.Of(f)),
        _ => throw new ArgumentException($"A {function.GetType()} is no function that takes a {typeof(T)} and gives a {typeof(TResult)}.", nameof(function)),
    };

    // The same type, which only the forms above know.
    private static Callable<T, TResult> As<TOther, TOtherResult>(Callable<TOther, TOtherResult> callable) =>
        callable is Callable<T, TResult> same
            ? same
            : throw new ArgumentException($"The function takes no {typeof(T)} or gives no {typeof(TResult)}.", nameof(callable));
}
