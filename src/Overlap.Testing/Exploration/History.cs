using System.Diagnostics;

namespace Overlap.Testing.Exploration;

/// <summary>Records which calls of an object overlapped and what each returned, for <see cref="Linearizability"/> to judge.</summary>
/// <remarks>
/// Order: every begin and end of a call gets a number; a call that ended before another began has the smaller one.
/// Race: every member may be called from any thread; each call is ended by whoever made it.
/// Memory: what was written before a call ended is visible to who reads its end.
/// Cost: two atomic additions and one object a call.
/// </remarks>
[DebuggerDisplay("{_calls.Count} calls")]
public sealed class History<TOperation, TResult>
{
    private readonly Lock _gate = new();
    private readonly List<HistoryCall<TOperation, TResult>> _calls = [];   // Guarded by _gate.
    private long _stamp;

    /// <summary>Every call so far, in the order in which they began.</summary>
    public IReadOnlyList<HistoryCall<TOperation, TResult>> Calls
    {
        get
        {
            lock (_gate)
            {
                // Copies: what is judged must not change meanwhile.
                return [.. _calls.Select(static call => call.AsOf(long.MaxValue - 1)).OrderBy(static call => call.Began)];
            }
        }
    }

    /// <summary>Notes that a call begins; to be called just before it does.</summary>
    /// <param name="lane">Who calls: one name for each task or thread, which makes one call after the other.</param>
    /// <param name="operation">What is called.</param>
    /// <returns>The call, to be ended.</returns>
    public HistoryCall<TOperation, TResult> Invoke(string lane, TOperation operation)
    {
        ArgumentNullException.ThrowIfNull(lane);
        HistoryCall<TOperation, TResult> call;
        lock (_gate)
        {
            call = new HistoryCall<TOperation, TResult>(this, lane, operation);
            _calls.Add(call);
        }

        return call;
    }

    /// <summary>Makes a call and notes what came of it; one that was cancelled, timed out or failed is given up.</summary>
    /// <param name="lane">Who calls.</param>
    /// <param name="operation">What is called.</param>
    /// <param name="perform">Calls it.</param>
    public TResult Record(string lane, TOperation operation, Func<TResult> perform)
    {
        ArgumentNullException.ThrowIfNull(perform);
        HistoryCall<TOperation, TResult> call = Invoke(lane, operation);
        try
        {
            TResult result = perform();
            call.Return(result);
            return result;
        }
        catch
        {
            call.GiveUp();
            throw;
        }
    }

    /// <inheritdoc cref="Record"/>
    public async Task<TResult> RecordAsync(string lane, TOperation operation, Func<Task<TResult>> perform)
    {
        ArgumentNullException.ThrowIfNull(perform);
        HistoryCall<TOperation, TResult> call = Invoke(lane, operation);
        try
        {
            TResult result = await perform().ConfigureAwait(false);
            call.Return(result);
            return result;
        }
        catch
        {
            call.GiveUp();
            throw;
        }
    }

    internal long NextStamp() => Interlocked.Increment(ref _stamp);
}
