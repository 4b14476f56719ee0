namespace Overlap.Synchronization;

/// <summary>Stands behind the lease of a place that one holds at a time; a primitive's own, so that no lease has to be fetched for it.</summary>
/// <remarks>
/// Race: of two disposals of copies, exactly one moves the ticket on and gives back.
/// Memory: an even ticket stands for a free place, an odd one for its holder; a ticket comes again only after 2³² moves.
/// Cost: one atomic operation to give back, and one to take where several may try.
/// </remarks>
internal sealed class LeasePlace(IPermitOwner owner, int permits) : ILeaseSource
{
    private int _ticket;

    public bool IsTaken => (Volatile.Read(ref _ticket) & 1) != 0;

    /// <summary>Whether the lease was made here and was not given back.</summary>
    public bool IsHeldBy(Lease lease) => ReferenceEquals(lease.Source, this) && Volatile.Read(ref _ticket) == lease.Ticket;

    /// <summary>Takes the place unless somebody has it; a full fence if it does.</summary>
    public bool TryTake(out Lease lease)
    {
        int ticket = _ticket;
        if ((ticket & 1) == 0 && Interlocked.CompareExchange(ref _ticket, ticket + 1, ticket) == ticket)
        {
            lease = new Lease(this, ticket + 1);
            return true;
        }

        lease = default;
        return false;
    }

    /// <summary>Takes the place, which the owner's own state says to be the caller's.</summary>
    public Lease Take()
    {
        int ticket = _ticket + 1;
        Volatile.Write(ref _ticket, ticket);
        return new Lease(this, ticket);
    }

    public void Return(int ticket)
    {
        if (Interlocked.CompareExchange(ref _ticket, ticket + 1, ticket) == ticket)
        {
            owner.GiveBack(permits);
        }
    }

    public override string ToString() => owner.ToString()!;
}
