namespace Overlap.Adaptation;

/// <summary>What happened in one stretch of time under one limit: all that a <see cref="LimitController"/> gets to see.</summary>
internal readonly record struct LimitSample
{
    /// <summary>When the stretch ended, from the moment at which the adaptation began.</summary>
    public required TimeSpan At { get; init; }

    /// <summary>How long it was.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>The calls that ended in it, those that were refused as overload not included.</summary>
    public required long Ended { get; init; }

    /// <summary>Those of <see cref="Ended"/> that failed.</summary>
    public long Failed { get; init; }

    /// <summary>The calls that the other side refused because it had enough.</summary>
    public long Refused { get; init; }

    /// <summary>How long the other side asked to be left alone; <see langword="null"/> when it did not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The mean number of calls that ran. Unit: calls.</summary>
    public required double InFlight { get; init; }

    /// <summary>Whether calls waited for a place most of the time: only then does the stretch say something about the limit.</summary>
    public required bool IsSaturated { get; init; }

    /// <summary>The part of the machine's processors that this program used; <see langword="null"/> when nobody looked.</summary>
    public double? CpuShare { get; init; }

    /// <summary>Whether memory runs out and this program is a large part of it.</summary>
    public bool IsMemoryShort { get; init; }

    /// <summary>Calls ended in a second.</summary>
    public double Throughput => Elapsed > TimeSpan.Zero ? Ended / Elapsed.TotalSeconds : 0;

    /// <summary>How long a call took on average. By Little's law: no call's own times are needed.</summary>
    public TimeSpan Latency => Ended > 0 ? Elapsed * (InFlight / Ended) : TimeSpan.Zero;

    /// <summary>The failed part of what ended.</summary>
    public double FailureShare => Ended > 0 ? (double)Failed / Ended : 0;
}
