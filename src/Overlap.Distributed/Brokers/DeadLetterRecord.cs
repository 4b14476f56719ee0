namespace Overlap.Distributed.Brokers;

/// <summary>A message that could not be handled, as it is kept.</summary>
public sealed record DeadLetterRecord
{
    /// <summary>What it is known by among the dead letters.</summary>
    public required string Id { get; init; }

    /// <summary>The queue it came from.</summary>
    public required string Queue { get; init; }

    /// <summary>Why it could not be handled.</summary>
    public required DeadLetterCause Cause { get; init; }

    /// <summary>When that was noticed.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The message as the broker kept it.</summary>
    public required ReadOnlyMemory<byte> Raw { get; init; }
}
