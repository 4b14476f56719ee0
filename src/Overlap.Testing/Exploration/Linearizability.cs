using Overlap.Testing.Exploration.Histories;

namespace Overlap.Testing.Exploration;

/// <summary>Judges whether concurrent calls of an object look as if they had run one after the other.</summary>
/// <remarks>
/// An object is linearizable when each call seems to take effect at one moment between its begin and its end. Calls that were given up may have
/// taken effect at any time since they began, or not at all; calls that were withdrawn must not have.
/// Cost: exponential in the number of calls that overlap, in the worst case; in practice a history of three lanes with ten calls each takes some
/// ten microseconds. A history that takes longer than its patience is judged to be unknown, never to be linearizable.
/// Source: J. M. Wing, C. Gong, "Testing and verifying concurrent objects", 1993; the memory of states by G. Lowe, "Testing for linearizability",
/// 2017; the parts by A. Horn, D. Kroening, "Faster linearizability checking via P-compositionality", 2015.
/// </remarks>
public static partial class Linearizability
{
    /// <summary>Judges a history.</summary>
    /// <param name="history">What was called and returned.</param>
    /// <param name="model">What the object does when its operations run one after the other.</param>
    /// <param name="patience">The real time after which the verdict is <see cref="LinearizabilityVerdict.Unknown"/>. Default: 10 s.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="patience"/> is negative.</exception>
    public static LinearizabilityResult Check<TState, TOperation, TResult>(
        History<TOperation, TResult> history, LinearizableModel<TState, TOperation, TResult> model, TimeSpan? patience = null)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(patience ?? TimeSpan.Zero, TimeSpan.Zero, nameof(patience));
        var deadline = new Deadline(patience ?? TimeSpan.FromSeconds(10));
        IReadOnlyList<HistoryCall<TOperation, TResult>> calls = history.Calls;
        bool isUnknown = false;
        foreach (IGrouping<object, HistoryCall<TOperation, TResult>> part in calls.GroupBy(call => model.PartOf(call.Operation)))
        {
            HistoryCall<TOperation, TResult>[] own = [.. part];
            LinearizationSearch<TState, TOperation, TResult> search = new(model, own, deadline);
            switch (search.Run())
            {
                case LinearizabilityVerdict.NotLinearizable:
                    return new LinearizabilityResult
                    {
                        Verdict = LinearizabilityVerdict.NotLinearizable,
                        Calls = calls.Count,
                        Drawing = Draw(model, own, search, deadline),
                    };
                case LinearizabilityVerdict.Unknown:
                    isUnknown = true;
                    break;
                default:
                    break;
            }
        }

        return new LinearizabilityResult
        {
            Verdict = isUnknown ? LinearizabilityVerdict.Unknown : LinearizabilityVerdict.Linearizable,
            Calls = calls.Count,
        };
    }

    /// <summary>Draws the shortest beginning of a history that no order explains: any longer one is not explained either, so halving finds it.</summary>
    private static string Draw<TState, TOperation, TResult>(
        LinearizableModel<TState, TOperation, TResult> model,
        HistoryCall<TOperation, TResult>[] calls,
        LinearizationSearch<TState, TOperation, TResult> search,
        Deadline deadline)
    {
        long[] ends = [.. calls.Where(static call => call.Answer.IsKnown).Select(static call => call.Ended).Order()];
        int good = -1;
        int bad = ends.Length - 1;
        HistoryCall<TOperation, TResult>[] shortest = calls;
        while (bad - good > 1)
        {
            int middle = (good + bad) / 2;
            HistoryCall<TOperation, TResult>[] beginning = UpTo(calls, ends[middle]);
            LinearizationSearch<TState, TOperation, TResult> shorter = new(model, beginning, deadline);
            switch (shorter.Run())
            {
                case LinearizabilityVerdict.NotLinearizable:
                    bad = middle;
                    (shortest, search) = (beginning, shorter);
                    break;
                case LinearizabilityVerdict.Linearizable:
                    good = middle;
                    break;
                default:
                    // No time left: what is known to fail is drawn, if not the shortest.
                    good = bad;
                    break;
            }
        }

        return HistoryText.Of(model, UpTo(shortest, ends[bad]), search);
    }

    private static HistoryCall<TOperation, TResult>[] UpTo<TOperation, TResult>(HistoryCall<TOperation, TResult>[] calls, long stamp) =>
        [.. calls.Where(call => call.Began < stamp).Select(call => call.AsOf(stamp))];
}
