namespace Overlap.Executors;

/// <summary>An executor as its calls see it.</summary>
internal interface ICallOwner
{
    /// <summary>Takes a queued call out of the queue and counts it as cancelled.</summary>
    /// <returns>Whether it was still queued; if not, it runs or has ended, and is left alone.</returns>
    bool TryWithdraw(Call call);
}
