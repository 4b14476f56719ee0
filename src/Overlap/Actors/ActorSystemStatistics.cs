namespace Overlap.Actors;

/// <summary>How a system of actors stood at one moment.</summary>
public sealed record ActorSystemStatistics
{
    /// <summary>The actors that have not stopped.</summary>
    public required int Actors { get; init; }

    /// <summary>The asks that wait for their answer.</summary>
    public required int PendingAsks { get; init; }

    /// <summary>The dead letters since the system was made.</summary>
    public required long DeadLetters { get; init; }

    /// <summary>The failures since the system was made.</summary>
    public required long Failures { get; init; }

    /// <summary>The restarts since the system was made.</summary>
    public required long Restarts { get; init; }

    /// <summary>The calls of event handlers that threw; their exceptions reach nobody else.</summary>
    public required long FailedObservers { get; init; }
}
