namespace Overlap.Processes;

/// <summary>What one worker process may use at most. By default nothing is limited.</summary>
/// <remarks>The kernel or the runtime enforces each limit; the pool sees only how the worker ended.</remarks>
public sealed record WorkerLimits
{
    /// <summary>The fewest open files a worker can start with.</summary>
    internal const int LeastOpenFiles = 64;

    /// <summary>
    /// The most memory for managed objects. Beyond it a call gets an <see cref="OutOfMemoryException"/> and the worker lives on; memory of native code
    /// is not counted. Unit: bytes, at least 16 MiB. Default: no limit.
    /// </summary>
    public long? ManagedMemory { get; init => field = AtLeast(16 << 20, value, nameof(ManagedMemory)); }

    /// <summary>
    /// The most time a worker may compute in its whole life, all its threads together; then the kernel ends it. Unit: whole seconds, rounded up,
    /// at least one. Default: no limit.
    /// </summary>
    public TimeSpan? CpuTime { get; init => field = AtLeast(TimeSpan.FromTicks(1), value, nameof(CpuTime)); }

    /// <summary>The most files and sockets open at once, the worker's own included. Unit: descriptors, at least 64. Default: as in the program.</summary>
    public int? OpenFiles { get; init => field = AtLeast(LeastOpenFiles, value, nameof(OpenFiles)); }

    private static T? AtLeast<T>(T least, T? value, string name)
        where T : struct, IComparable<T> =>
        value is not { } given || given.CompareTo(least) >= 0
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least {least}.");
}
