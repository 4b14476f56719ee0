namespace Overlap.Distributed.Protocol;

/// <summary>How large what comes over the wire may be. Whatever is beyond a limit becomes a dead letter.</summary>
public sealed record ProtocolLimits
{
    /// <summary>The limits that hold where nothing else is said.</summary>
    public static ProtocolLimits Default { get; } = new();

    /// <summary>No limits: for what was read under some before.</summary>
    internal static ProtocolLimits None { get; } = new()
    {
        MessageBytes = int.MaxValue,
        Depth = int.MaxValue,
        Headers = int.MaxValue,
        Callbacks = int.MaxValue,
        Signatures = int.MaxValue,
        Retries = int.MaxValue,
        Eta = TimeSpan.MaxValue,
    };

    /// <summary>The size of a message in bytes, as it comes and once inflated; by default 16 MiB.</summary>
    public int MessageBytes { get; init => field = Guard.AtLeast(1, value); } = 16 * 1024 * 1024;

    /// <summary>How deep lists and maps may be nested; by default 64.</summary>
    public int Depth { get; init => field = Guard.AtLeast(1, value); } = 64;

    /// <summary>How many headers a message may have; by default 64.</summary>
    public int Headers { get; init => field = Guard.AtLeast(1, value); } = 64;

    /// <summary>How many callbacks and errbacks a task may have; by default 100 of each.</summary>
    public int Callbacks { get; init => field = Guard.AtLeast(1, value); } = 100;

    /// <summary>How many signatures a message may hold in all; by default 10,000.</summary>
    public int Signatures { get; init => field = Guard.AtLeast(1, value); } = 10_000;

    /// <summary>How many retries a header may claim; by default 1,000,000.</summary>
    public int Retries { get; init => field = Guard.AtLeast(1, value); } = 1_000_000;

    /// <summary>How far ahead an eta may be; by default a year.</summary>
    public TimeSpan Eta { get; init => field = Guard.NotNegative(value); } = TimeSpan.FromDays(366);
}
