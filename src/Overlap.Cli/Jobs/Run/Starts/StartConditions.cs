using Overlap.Cli.Arguments;

namespace Overlap.Cli.Jobs.Run.Starts;

/// <summary>What must hold before a further command starts, besides a free place.</summary>
internal sealed record StartConditions
{
    /// <summary>The least time between two starts. Default: none.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>The most starts in a time; <see langword="null"/> for no limit.</summary>
    public Rate? Rate { get; init; }

    /// <summary>So many threads of the whole machine may run or want to; <see langword="null"/> for no limit.</summary>
    public LoadLimit? Load { get; init; }

    /// <summary>So much memory must be free. Unit: bytes; <see langword="null"/> for no limit.</summary>
    public long? FreeMemory { get; init; }

    public bool HasAny => Delay > TimeSpan.Zero || Rate is not null || Load is not null || FreeMemory is not null;
}
