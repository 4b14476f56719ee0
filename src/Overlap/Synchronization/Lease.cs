using System.Diagnostics;

namespace Overlap.Synchronization;

/// <summary>What was taken and is to be given back: a lock, permits of a semaphore, a reader's or a writer's place, a key.</summary>
/// <remarks>
/// Disposing it gives back, once: a second disposal, also of a copy and also at the same time on another thread, does nothing. Any thread may
/// dispose it. The default lease stands for nothing. A lease that is never disposed keeps what it stands for.
/// Cost: no allocation; copying is free.
/// </remarks>
[DebuggerDisplay("{_source}, ticket {_ticket}")]
public readonly struct Lease : IDisposable, IEquatable<Lease>
{
    private readonly ILeaseSource? _source;
    private readonly int _ticket;

    internal Lease(ILeaseSource source, int ticket)
    {
        _source = source;
        _ticket = ticket;
    }

    /// <summary>Whether it stands for something that was taken; given back or not.</summary>
    public bool IsTaken => _source is not null;

    /// <summary>What it is given back to, for primitives that take leases as arguments.</summary>
    internal ILeaseSource? Source => _source;

    internal int Ticket => _ticket;

    /// <summary>Whether two leases stand for the same taking.</summary>
    public static bool operator ==(Lease left, Lease right) => left.Equals(right);

    /// <summary>Whether two leases stand for different takings.</summary>
    public static bool operator !=(Lease left, Lease right) => !left.Equals(right);

    /// <summary>Gives back what was taken.</summary>
    public void Dispose()
    {
        // The commonest source by its own type: a call that can be inlined.
        if (_source is AsyncLock asyncLock)
        {
            asyncLock.Leave(_ticket);
        }
        else
        {
            _source?.Return(_ticket);
        }
    }

    /// <inheritdoc/>
    public bool Equals(Lease other) => ReferenceEquals(_source, other._source) && _ticket == other._ticket;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Lease other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_source, _ticket);
}
