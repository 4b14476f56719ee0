namespace Overlap.Adaptation;

/// <summary>Where an adaptive limit stands, and why.</summary>
public sealed record LimitStatus
{
    /// <summary>The calls that may run at the same time now.</summary>
    public required int Limit { get; init; }

    /// <summary>What it is doing.</summary>
    public required LimitPhase Phase { get; init; }

    /// <summary>Why it stands where it stands, with the figures; half a sentence, such as <c>32: 64 did 1.02 times what 32 did</c>.</summary>
    public required string Reason { get; init; }

    /// <summary>The most calls started in a second, held after refusals; <see langword="null"/> when nothing is held.</summary>
    public required double? StartsPerSecond { get; init; }

    /// <summary>Calls ended in a second of late; 0 before the first sample.</summary>
    public required double Throughput { get; init; }

    /// <summary>The mean duration of a call of late; zero before the first sample.</summary>
    public required TimeSpan Latency { get; init; }
}
