using System.Collections.Immutable;

namespace Overlap.Advice;

/// <summary>One job, measured under several models on one machine.</summary>
public sealed record Measurement
{
    /// <summary>What was run, such as <c>pages</c>.</summary>
    public required string Job { get; init; }

    /// <summary>The items of one run.</summary>
    public required long Items { get; init; }

    /// <summary>The processors of the machine.</summary>
    public required int Cores { get; init; }

    /// <summary>The models in the order in which they ran; at least one.</summary>
    public required ImmutableArray<ModelMeasurement> Models { get; init; }

    /// <summary>The part of the machine's processor time that other programs used meanwhile, from 0 to 1; <see langword="null"/> when nobody knows.</summary>
    public double? ForeignLoad { get; init; }
}
