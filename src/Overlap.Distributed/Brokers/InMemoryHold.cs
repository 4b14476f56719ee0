namespace Overlap.Distributed.Brokers;

/// <summary>That a consumer holds a message. What <see cref="Delivery.State"/> is.</summary>
internal sealed class InMemoryHold(InMemoryConsumer holder, InMemoryMessage message)
{
    public InMemoryConsumer Holder { get; } = holder;

    public InMemoryMessage Message { get; } = message;

    public required string Tag { get; init; }

    public required int Attempt { get; init; }

    public required bool IsRedelivered { get; init; }

    /// <summary>Whether its holder has lost the message if he dies now. Guarded by the broker's gate.</summary>
    public required bool Counts { get; set; }

    /// <summary>Never disposed: it has neither timer nor wait handle, and who holds its token may use it at any time.</summary>
    public CancellationTokenSource LeaseLost { get; } = new();

    /// <summary>When it ends, if it is among those that run out. Guarded by the broker's gate.</summary>
    public DateTimeOffset EndsAt { get; set; }
}
