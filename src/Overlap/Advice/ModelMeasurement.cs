using System.Collections.Immutable;
using Overlap.Executors;

namespace Overlap.Advice;

/// <summary>What a job took under one model.</summary>
public sealed record ModelMeasurement
{
    /// <summary>The model.</summary>
    public required ExecutionModel Model { get; init; }

    /// <summary>Items that could be in work at the same time.</summary>
    public required int Workers { get; init; }

    /// <summary>How long each run took, in the order of the runs; at least one.</summary>
    public required ImmutableArray<TimeSpan> Walls { get; init; }

    /// <summary>Processor time of the whole program during the fastest run.</summary>
    public required TimeSpan Cpu { get; init; }

    /// <summary>All items' times added up, in the fastest run.</summary>
    public required TimeSpan ItemTime { get; init; }

    /// <summary>The part of the items' time that was waiting. Unit: share, from 0 to 1.</summary>
    public required double WaitShare { get; init; }

    /// <summary>Items that failed in the fastest run.</summary>
    public required long Failed { get; init; }

    /// <summary>A limit of the job's own that held items back, such as <c>--per-host 6</c>; <see langword="null"/> when none did.</summary>
    public string? LimitedBy { get; init; }

    /// <summary>The fastest run: what disturbs a run only ever makes it slower.</summary>
    public TimeSpan Wall => Walls.Min();

    /// <summary>The average number of items in work at the same time.</summary>
    public double OverlapFactor => Wall > TimeSpan.Zero ? ItemTime / Wall : 0;

    /// <summary>How far the runs lie apart: slowest by fastest, less one. Zero for a single run.</summary>
    public double Spread => Wall > TimeSpan.Zero ? (Walls.Max() / Wall) - 1 : 0;
}
