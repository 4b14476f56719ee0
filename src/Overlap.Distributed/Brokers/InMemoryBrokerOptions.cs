using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Brokers;

/// <summary>Settings of an <see cref="InMemoryBroker"/>.</summary>
public sealed record InMemoryBrokerOptions
{
    /// <summary>How long a message stays with a holder who stands still. Default: 30 seconds.</summary>
    public TimeSpan Lease { get; init => field = Guard.Positive(value); } = TimeSpan.FromSeconds(30);

    /// <summary>The clock of leases and of messages that are put aside. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init => field = Guard.NotNull(value); } = TimeProvider.System;
}
