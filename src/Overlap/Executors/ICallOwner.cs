namespace Overlap.Executors;

/// <summary>An executor as its calls see it.</summary>
internal interface ICallOwner
{
    /// <summary>Takes calls in, in order, as one step.</summary>
    /// <param name="calls">The calls.</param>
    /// <param name="refusal">Why the rest was not taken; <see langword="null"/> when all were.</param>
    /// <returns>How many were taken.</returns>
    int Admit(ReadOnlySpan<Call> calls, out Exception? refusal);

    /// <summary>Takes a queued call out of the queue and counts it as cancelled; the call is then completed by whoever asked.</summary>
    /// <returns>Whether it was still queued; if not, it runs or has ended, and is left alone.</returns>
    bool TryWithdraw(Call call);
}
