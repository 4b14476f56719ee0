using System.Runtime.CompilerServices;
using Overlap.Waiting;

namespace Overlap.Pipelines;

/// <summary>One item in a parallel stage; used again for another once its result was taken.</summary>
internal sealed class ParallelCall<T, TResult>(ParallelWindow<T, TResult> window, StageMeter? meter)
{
    private Action? _onEnded;
    private long _begunAt;
    private ConfiguredValueTaskAwaitable<TResult>.ConfiguredValueTaskAwaiter _awaiter;

    // Written by who runs the call, under the window's gate read by the others.
    public T? Item { get; set; }

    public TResult? Result { get; set; }

    public Exception? Exception { get; set; }

    public bool IsEnded { get; set; }

    /// <summary>Whether the meter is told how long it takes.</summary>
    public bool IsTimed { get; set; }

    /// <summary>Starts an asynchronous body; the first part runs here.</summary>
    public void Start(Func<T, CancellationToken, ValueTask<TResult>> body, CancellationToken cancellationToken)
    {
        Begin();
        try
        {
            ValueTask<TResult> result = body(Item!, cancellationToken);
            _awaiter = result.ConfigureAwait(Interleaver.KeepsContext).GetAwaiter();
        }
        catch (Exception thrown)
        {
            Exception = thrown;
            End();
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
    /// <returns>Whether the consumer has been woken before and has not come yet.</returns>
    public bool Run(Func<T, CancellationToken, TResult> body, CancellationToken cancellationToken)
    {
        Begin();
        try
        {
            Result = body(Item!, cancellationToken);
        }
        catch (Exception thrown)
        {
            Exception = thrown;
        }

        return End();
    }

    /// <summary>Forgets the item and what came of it.</summary>
    public void Clear()
    {
        Item = default;
        Result = default;
        Exception = null;
    }

    private void Begin()
    {
        if (IsTimed)
        {
            _begunAt = meter!.Now();
        }
    }

    private bool End()
    {
        if (IsTimed)
        {
            meter!.Worked(_begunAt);
        }

        return window.End(this);
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
        End();
    }
}
