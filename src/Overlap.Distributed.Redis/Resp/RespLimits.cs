namespace Overlap.Distributed.Redis.Resp;

/// <summary>How large what the server sends may be.</summary>
internal sealed record RespLimits
{
    /// <summary>The limits that hold where nothing else is said.</summary>
    public static RespLimits Default { get; } = new();

    /// <summary>What one reply may occupy in bytes, its parts and what holds them together; by default 1 GiB.</summary>
    public long FrameBytes { get; init; } = 1024L * 1024 * 1024;

    /// <summary>How deep lists may be nested; by default 16.</summary>
    public int Depth { get; init; } = 16;

    /// <summary>How long a line may be that tells a number, a word or a refusal; by default 16 KiB.</summary>
    public int LineBytes { get; init; } = 16 * 1024;
}
