namespace Overlap.Synchronization;

/// <summary>A primitive whose permits many hold at once.</summary>
internal interface IPermitOwner
{
    /// <summary>Takes back what a lease stood for; called once for each lease.</summary>
    /// <param name="permits">The number of permits, or the owner's own word for what was taken.</param>
    void GiveBack(int permits);
}
