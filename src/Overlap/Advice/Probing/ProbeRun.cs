using System.Collections.Immutable;
using Overlap.Timelines;

namespace Overlap.Advice.Probing;

/// <summary>What came of a part of a job.</summary>
public sealed record ProbeRun
{
    /// <summary>The recording of its items.</summary>
    public required Timeline Timeline { get; init; }

    /// <summary>When items were no longer started, by the timeline. What began later was not done. Default: its end.</summary>
    public TimeSpan? StoppedAt { get; init; }

    /// <summary>What the program took meanwhile; <see langword="null"/> when nobody knows.</summary>
    public ProgramUsage? Usage { get; init; }

    /// <summary>How long the program's threads stood ready without a processor meanwhile, all of them together; <see langword="null"/> when nobody knows.</summary>
    public TimeSpan? Delayed { get; init; }

    /// <summary>The part of the machine's processor time that other programs used meanwhile, from 0 to 1; <see langword="null"/> when nobody knows.</summary>
    public double? ForeignLoad { get; init; }

    /// <summary>When the other side refused an item because it had had enough, by the timeline, in order of time.</summary>
    public ImmutableArray<TimeSpan> RefusedAt { get => field.IsDefault ? [] : field; init; }

    /// <summary>The longest that the other side asked to be left alone for.</summary>
    public TimeSpan RetryAfter { get; init; }

    /// <summary>A limit of the job's own that held items back, such as <c>--per-host 6</c>; <see langword="null"/> when none did.</summary>
    public string? LimitedBy { get; init; }

    /// <summary>Why the first item that failed did; <see langword="null"/> when none did.</summary>
    public string? FirstFailure { get; init; }

    /// <summary>What the first item that failed threw, if it did so in this program.</summary>
    public Exception? FirstException { get; init; }

    /// <summary>Whether there are no items left.</summary>
    public bool IsUsedUp { get; init; }

    /// <summary>How many different items there are, when some have been done more than once; <see langword="null"/> when none has.</summary>
    public long? RepeatsOf { get; init; }
}
