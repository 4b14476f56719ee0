using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Brokers;

/// <summary>A message that was handed to this consumer, which holds it until it settles it or loses its lease.</summary>
public sealed class Delivery
{
    /// <summary>What the broker knows the delivery by.</summary>
    public required string Tag { get; init; }

    /// <summary>The queue it came from.</summary>
    public required string Queue { get; init; }

    /// <summary>The message; <see langword="null"/> if it could not be read, and then <see cref="Defect"/> says why.</summary>
    public WireMessage? Message { get; init; }

    /// <summary>Why the message could not be read.</summary>
    public MessageFormatException? Defect { get; init; }

    /// <summary>The message as the broker keeps it, for the dead letters.</summary>
    public ReadOnlyMemory<byte> Raw { get; init; }

    /// <summary>
    /// One more than the holders who have lost the message, as far as is known; the first is 1. A holder who died or stood still has lost it, after the
    /// first only if he had begun it (<see cref="IBrokerConsumer.BeginAsync"/>): what is merely held beside a poison becomes none. One who
    /// returned, requeued or deferred it, or was disposed, has not: an orderly stop makes no message a poison.
    /// </summary>
    public int Attempt { get; init; } = 1;

    /// <summary>Cancelled when the broker has given the message to another, or may have: what is done for it counts no more.</summary>
    public CancellationToken LeaseLost { get; init; }

    /// <summary>What the broker keeps with the delivery.</summary>
    internal object? State { get; init; }
}
