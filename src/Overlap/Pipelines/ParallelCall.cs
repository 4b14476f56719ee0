using System.Runtime.CompilerServices;
using Overlap.Waiting;

namespace Overlap.Pipelines;

/// <summary>One item in a parallel stage; used again for another once its result was taken.</summary>
internal sealed class ParallelCall<T, TResult>(ParallelWindow<T, TResult> window)
{
    private Action? _onEnded;
    private ConfiguredValueTaskAwaitable<TResult>.ConfiguredValueTaskAwaiter _awaiter;

    // Written by who runs the call, under the window's gate read by the others.
    public T? Item { get; set; }

    public TResult? Result { get; set; }

    public Exception? Exception { get; set; }

    public bool IsEnded { get; set; }

    /// <summary>Starts an asynchronous body; the first part runs here.</summary>
    public void Start(Func<T, CancellationToken, ValueTask<TResult>> body, CancellationToken cancellationToken)
    {
        try
        {
            ValueTask<TResult> result = body(Item!, cancellationToken);
            _awaiter = result.ConfigureAwait(Interleaver.KeepsContext).GetAwaiter();
        }
        catch (Exception thrown)
        {
            Exception = thrown;
            window.End(this);
            return;
        }

        if (_awaiter.IsCompleted)
        {
            OnEnded();
        }
        else
        {
            _awaiter.UnsafeOnCompleted(_onEnded ??= OnEnded);
        }
    }

    /// <summary>Runs a synchronous body.</summary>
    /// <returns>Whether its end woke the consumer.</returns>
    public bool Run(Func<T, CancellationToken, TResult> body, CancellationToken cancellationToken)
    {
        try
        {
            Result = body(Item!, cancellationToken);
        }
        catch (Exception thrown)
        {
            Exception = thrown;
        }

        return window.End(this);
    }

    /// <summary>Forgets the item and what came of it.</summary>
    public void Clear()
    {
        Item = default;
        Result = default;
        Exception = null;
    }

    private void OnEnded()
    {
        try
        {
            Result = _awaiter.GetResult();
        }
        catch (Exception thrown)
        {
            Exception = thrown;
        }

        _awaiter = default;
        window.End(this);
    }
}
