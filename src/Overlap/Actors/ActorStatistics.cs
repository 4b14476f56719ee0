namespace Overlap.Actors;

/// <summary>How an actor stood at one moment; of a router or a pool the numbers of messages are the sums of its routees, those that have left included.</summary>
public sealed record ActorStatistics
{
    /// <summary>Its path.</summary>
    public required string Path { get; init; }

    /// <summary>The messages in the mailbox.</summary>
    public required int QueueLength { get; init; }

    /// <summary>Those who wait for room in it.</summary>
    public required int WaitingForRoom { get; init; }

    /// <summary>The messages handled, those whose handler threw included.</summary>
    public required long Handled { get; init; }

    /// <summary>The messages whose handler threw.</summary>
    public required long Failed { get; init; }

    /// <summary>The instances that took another's place.</summary>
    public required long Restarts { get; init; }

    /// <summary>Its children.</summary>
    public required int Children { get; init; }

    /// <summary>Whether it has stopped.</summary>
    public required bool IsStopped { get; init; }

    /// <summary>Those to whom a router gives its messages; empty for others.</summary>
    public IReadOnlyList<ActorStatistics> Routees { get; init; } = [];
}
