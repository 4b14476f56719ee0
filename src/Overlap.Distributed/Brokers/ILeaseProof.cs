namespace Overlap.Distributed.Brokers;

/// <summary>Knows of a delivery until when its lease was seen to last. The state of a delivery, where the broker's leases can run out unnoticed.</summary>
internal interface ILeaseProof
{
    /// <summary>Whether the lease was seen so lately that it must hold.</summary>
    bool IsCertain { get; }

    /// <summary>
    /// Looks whether the lease still holds, where that is not certain: afterwards <see cref="Delivery.LeaseLost"/> tells.
    /// </summary>
    /// <remarks>
    /// Order: none. Race: the lease may be lost right after the look. Memory: none. Cost: a look at the clock; a round trip, shared by all that are
    /// held, after this process has stood still.
    /// </remarks>
    /// <exception cref="BrokerException">The server cannot be reached.</exception>
    /// <exception cref="ObjectDisposedException">The consumer was disposed.</exception>
    ValueTask ProveAsync();
}
