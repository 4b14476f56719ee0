using System.Diagnostics;

namespace Overlap.Testing.Exploration;

/// <summary>One call of a <see cref="History{TOperation, TResult}"/>: who called what, when it began, when and how it ended.</summary>
/// <remarks>A call ends at most once. One that never ends counts as given up.</remarks>
[DebuggerDisplay("{Lane,nq}: {Operation} → {Answer} [{Began}, {Ended}]")]
public sealed class HistoryCall<TOperation, TResult>
{
    private readonly History<TOperation, TResult> _history;
    private long _ended = long.MaxValue;

    internal HistoryCall(History<TOperation, TResult> history, string lane, TOperation operation)
    {
        _history = history;
        Lane = lane;
        Operation = operation;
        Began = history.NextStamp();
    }

    /// <summary>Copies a call as it looked at a time.</summary>
    private HistoryCall(HistoryCall<TOperation, TResult> call, long stamp)
    {
        _history = call._history;
        Lane = call.Lane;
        Operation = call.Operation;
        Began = call.Began;
        long ended = call.Ended;
        bool hasEnded = ended <= stamp;
        _ended = hasEnded ? ended : long.MaxValue;
        Answer = hasEnded ? call.Answer : default;

        // It never had an effect, also at a time at which it had not yet ended.
        IsWithdrawn = call.IsWithdrawn;
    }

    /// <summary>Who called.</summary>
    public string Lane { get; }

    /// <summary>What was called.</summary>
    public TOperation Operation { get; }

    /// <summary>When it began: a number that grows with every event of the history.</summary>
    public long Began { get; }

    /// <summary>When it ended; <see cref="long.MaxValue"/> while it has not.</summary>
    public long Ended => Volatile.Read(ref _ended);

    /// <summary>What it came to.</summary>
    public Answer<TResult> Answer { get; private set; }

    /// <summary>Whether it is known to have had no effect.</summary>
    public bool IsWithdrawn { get; private set; }

    /// <summary>Ends the call with a result.</summary>
    /// <param name="result">The result.</param>
    /// <exception cref="InvalidOperationException">The call has ended.</exception>
    public void Return(TResult result)
    {
        ThrowIfEnded();
        Answer = new Answer<TResult>(result);
        End();
    }

    /// <summary>Ends the call without knowing its outcome: it may take effect at any time since it began, or not at all.</summary>
    /// <remarks>For a call that was cancelled or timed out and makes no promise of what that means.</remarks>
    /// <exception cref="InvalidOperationException">The call has ended.</exception>
    public void GiveUp()
    {
        ThrowIfEnded();
        End();
    }

    /// <summary>Ends the call as one that must have had no effect: the others have to make sense as if it had never been made.</summary>
    /// <remarks>For a call that was cancelled and promises that this leaves no trace.</remarks>
    /// <exception cref="InvalidOperationException">The call has ended.</exception>
    public void Withdraw()
    {
        ThrowIfEnded();
        IsWithdrawn = true;
        End();
    }

    /// <summary>The call as it looked at an earlier time.</summary>
    internal HistoryCall<TOperation, TResult> AsOf(long stamp) => new(this, stamp);

    // The stamp last: whoever sees that the call has ended sees how.
    private void End() => Volatile.Write(ref _ended, _history.NextStamp());

    private void ThrowIfEnded()
    {
        if (Ended != long.MaxValue)
        {
            throw new InvalidOperationException("The call has ended.");
        }
    }
}
