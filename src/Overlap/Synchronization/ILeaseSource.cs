namespace Overlap.Synchronization;

/// <summary>What a lease is given back to.</summary>
internal interface ILeaseSource
{
    /// <summary>Gives back what the lease with this ticket stands for, unless it was given back before.</summary>
    void Return(int ticket);
}
