using Overlap.Advice.Scaling;

namespace Overlap.Advice;

/// <summary>What the whole job will take, as far as one can tell.</summary>
public sealed record Prediction
{
    /// <summary>The items of the whole job.</summary>
    public required long Items { get; init; }

    /// <summary>One after the other.</summary>
    public required TimeSpan OneByOne { get; init; }

    /// <summary>As recommended.</summary>
    public required TimeSpan Overlapped { get; init; }

    /// <summary>It will hardly take less: the lower bound of 95 %.</summary>
    public required TimeSpan Least { get; init; }

    /// <summary>It will hardly take more: the upper bound of 95 %.</summary>
    public required TimeSpan Most { get; init; }

    /// <summary>How many times faster that is than one after the other.</summary>
    public required Interval SpeedUp { get; init; }
}
