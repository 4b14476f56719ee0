using System.Diagnostics;

namespace Overlap.Executors;

/// <summary>A function in any of its forms: with a result or without, synchronous or asynchronous, with a token or without.</summary>
/// <remarks>It keeps the delegate as it was given, so that an executor may look at its method and target.</remarks>
/// <typeparam name="TArgument">The type of the argument; <see cref="ValueTuple"/> when the function has none.</typeparam>
/// <typeparam name="TResult">The type of the result; <see cref="ValueTuple"/> when the function has none.</typeparam>
[DebuggerDisplay("{Delegate.Method}")]
public readonly struct Callable<TArgument, TResult>
{
    private readonly Func<Delegate, TArgument, CancellationToken, TResult>? _synchronous;
    private readonly Func<Delegate, TArgument, CancellationToken, ValueTask<TResult>>? _asynchronous;

    internal Callable(Delegate function, Func<Delegate, TArgument, CancellationToken, TResult> invoker)
    {
        ArgumentNullException.ThrowIfNull(function);
        Delegate = function;
        _synchronous = invoker;
    }

    internal Callable(Delegate function, Func<Delegate, TArgument, CancellationToken, ValueTask<TResult>> invoker)
    {
        ArgumentNullException.ThrowIfNull(function);
        Delegate = function;
        _asynchronous = invoker;
    }

    /// <summary>The function as it was given.</summary>
    public Delegate Delegate { get; }

    /// <summary>Whether the function gives its result when it returns, not through a task.</summary>
    public bool IsSynchronous => _synchronous is not null;

    /// <summary>Calls the function; a synchronous one has ended when this returns.</summary>
    /// <param name="argument">The argument.</param>
    /// <param name="cancellationToken">Handed to the function if it takes one.</param>
    public ValueTask<TResult> InvokeAsync(TArgument argument, CancellationToken cancellationToken) => _asynchronous is null
        ? new ValueTask<TResult>(Invoke(argument, cancellationToken))
        : _asynchronous(Delegate, argument, cancellationToken);

    /// <summary>Calls a synchronous function.</summary>
    /// <param name="argument">The argument.</param>
    /// <param name="cancellationToken">Handed to the function if it takes one.</param>
    /// <exception cref="InvalidOperationException">The function is asynchronous.</exception>
    public TResult Invoke(TArgument argument, CancellationToken cancellationToken) => _synchronous is null
        ? throw new InvalidOperationException("An asynchronous function cannot be called synchronously.")
        : _synchronous(Delegate, argument, cancellationToken);
}
