using System.Runtime.CompilerServices;

namespace Overlap.Adaptation;

/// <summary>How an adaptive number of workers is found. Start from <c>Workers.Auto</c>.</summary>
public sealed record AdaptiveOptions
{
    /// <summary>The number to begin with. Unit: workers, at least 1. Default: 2.</summary>
    public int Start { get; init => field = AtLeast(1, value); } = 2;

    /// <summary>The fewest. Unit: workers, at least 1. Default: 1.</summary>
    public int Least { get; init => field = AtLeast(1, value); } = 1;

    /// <summary>
    /// The most. Unit: workers, at least 1. Default: 1,024 asynchronous calls, 256 threads, two processes for each processor, 1,024 permits of a limiter.
    /// </summary>
    public int? Most { get; init => field = value is null ? null : AtLeast(1, value.Value); }

    /// <summary>
    /// Whether an exception means that the other side has had enough: too many requests, no room. Default: <see cref="Overload.IsKnown"/>.
    /// What it throws counts as no.
    /// </summary>
    public Func<Exception, bool> IsOverload { get; init => field = value ?? throw new ArgumentNullException(nameof(IsOverload)); } = Overload.IsKnown;

    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init => field = value ?? throw new ArgumentNullException(nameof(TimeProvider)); } = TimeProvider.System;

    private static int AtLeast(int least, int value, [CallerMemberName] string? name = null) =>
        value >= least ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least {least}.");
}
