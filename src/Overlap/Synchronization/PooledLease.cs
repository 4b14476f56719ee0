namespace Overlap.Synchronization;

/// <summary>Stands behind a lease of a primitive that many hold at once; used again once it was given back.</summary>
/// <remarks>
/// Race: of two disposals of copies, exactly one moves the ticket on and gives back.
/// Memory: each thread keeps a few that nobody uses; a ticket comes again only after 2³² uses of the same object.
/// </remarks>
internal sealed class PooledLease : ILeaseSource
{
    private const int MostPooled = 64;

    [ThreadStatic]
    private static PooledLease? _pool;

    [ThreadStatic]
    private static int _pooled;

    private PooledLease? _next;
    private IPermitOwner? _owner;
    private int _permits;
    private int _ticket;

    /// <summary>Makes a lease of permits that were taken.</summary>
    public static Lease Of(IPermitOwner owner, int permits)
    {
        PooledLease? lease = _pool;
        if (lease is null)
        {
            lease = new PooledLease();
        }
        else
        {
            _pool = lease._next;
            _pooled--;
            lease._next = null;
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
        if (_pooled < MostPooled)
        {
            _next = _pool;
            _pool = this;
            _pooled++;
        }

        owner.GiveBack(permits);
    }

    public override string ToString() => _owner?.ToString() ?? "given back";
}
