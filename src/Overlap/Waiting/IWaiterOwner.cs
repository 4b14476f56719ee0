namespace Overlap.Waiting;

/// <summary>A primitive in whose queue waiters stand.</summary>
internal interface IWaiterOwner
{
    /// <summary>Takes a waiter out of the queue because its token was cancelled.</summary>
    /// <returns>Whether it was still queued; then nobody else completes it. <see langword="false"/>: it was granted first.</returns>
    /// <remarks>Called on the thread that cancels, under no lock. What the place in the queue held up for others is the owner's to give on.</remarks>
    bool GiveUp(Waiter waiter);
}
