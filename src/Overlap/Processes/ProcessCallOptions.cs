using Overlap.Executors;

namespace Overlap.Processes;

/// <summary>How calls are treated that go through <see cref="ProcessPoolExecutor.With"/>, or all calls of a pool.</summary>
public sealed record ProcessCallOptions
{
    /// <summary>
    /// The longest that a call may run, counted from when its worker starts it. Then the call fails with <see cref="CallDeadlineException"/>, its
    /// token is cancelled, and a worker that does not give up is ended. Unit: more than zero. Default: no limit.
    /// </summary>
    public TimeSpan? Deadline
    {
        get;
        init => field = value is null || value > TimeSpan.Zero
            ? value : throw new ArgumentOutOfRangeException(nameof(Deadline), value, "Deadline must be more than zero.");
    }

    /// <summary>
    /// The longest that a call may wait for a worker; then it fails with <see cref="CallDeadlineException"/> and never runs. Unit: more than zero.
    /// Default: no limit.
    /// </summary>
    public TimeSpan? QueueDeadline
    {
        get;
        init => field = value is null || value > TimeSpan.Zero
            ? value : throw new ArgumentOutOfRangeException(nameof(QueueDeadline), value, "QueueDeadline must be more than zero.");
    }

    /// <summary>
    /// Whether a call whose worker died may be run again, by up to three workers in all; a stream only while none of its values has come.
    /// Default: no, it fails.
    /// </summary>
    public bool Idempotent { get; init; }

    /// <summary>
    /// The most items of a map that are sent in one piece. Unit: items, at least 1. Default: as many as take a worker about half a millisecond, as measured.
    /// </summary>
    public int? BatchSize { get; init => field = value is null ? null : Guard.AtLeast(1, value.Value); }

    /// <summary>How many values of a stream may lie ready for the consumer; then the worker waits. Unit: values, at least 1. Default: 64.</summary>
    public int StreamBuffer { get; init => field = Guard.AtLeast(1, value); } = 64;

    internal static ProcessCallOptions Default { get; } = new();
}
