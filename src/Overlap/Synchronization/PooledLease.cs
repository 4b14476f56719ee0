using Overlap.Waiting;

namespace Overlap.Synchronization;

/// <summary>Stands behind a lease of a primitive that many hold at once; used again once it was given back.</summary>
/// <remarks>
/// Race: of two disposals of copies, exactly one moves the ticket on and gives back.
/// Memory: each thread keeps a few that nobody uses; a ticket comes again only after 2³² uses of the same object.
/// </remarks>
internal sealed class PooledLease : IntrusiveQueue<PooledLease>.Node, ILeaseSource
{
    private static readonly Magazines<PooledLease> Shared = new();

    [ThreadStatic]
    private static PooledLease? _pool;

    [ThreadStatic]
    private static int _pooled;

    private IPermitOwner? _owner;
    private int _permits;
    private int _ticket;

    /// <summary>Makes a lease of permits that were taken.</summary>
    public static Lease Of(IPermitOwner owner, int permits)
    {
        PooledLease? lease = _pool;
        if (lease is not null)
        {
            _pool = lease.Next;
            _pooled--;
            lease.Next = null;
        }
        else
        {
            lease = RentShared();
        }

        lease._owner = owner;
        lease._permits = permits;
        return new Lease(lease, lease._ticket);
    }

    public void Return(int ticket)
    {
        if (Interlocked.CompareExchange(ref _ticket, ticket + 1, ticket) != ticket)
        {
            return;
        }

        IPermitOwner owner = _owner!;
        int permits = _permits;
        _owner = null;
        Keep();
        owner.GiveBack(permits);
    }

    public override string ToString() => _owner?.ToString() ?? "given back";

    private static PooledLease RentShared()
    {
        if (Shared.Take() is not { } lease)
        {
            return new PooledLease();
        }

        _pool = lease.Next;
        _pooled = Magazines<PooledLease>.Size - 1;
        lease.Next = null;
        return lease;
    }

    private void Keep()
    {
        if (_pooled == Magazines<PooledLease>.Size)
        {
            Shared.Give(_pool!);
            _pool = null;
            _pooled = 0;
        }

        Next = _pool;
        _pool = this;
        _pooled++;
    }
}
