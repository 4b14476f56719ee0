namespace Overlap.Synchronization;

/// <summary>What an <see cref="AsyncLazy{T}"/> does when its value cannot be made, or nobody wants it any more.</summary>
public sealed record AsyncLazyOptions
{
    /// <summary>
    /// Whether a failure is forgotten once those who waited for it have it, so that the next one who asks has the value made again. Else it is
    /// kept and everybody gets it. Default: it is kept.
    /// </summary>
    public bool RetryAfterFailure { get; init; }

    /// <summary>
    /// Whether the factory's token is cancelled when everybody who waited has given up. Who asks after that waits until the factory has ended, and
    /// takes its value if it made one all the same; if not, the value is made again. Default: the factory goes on.
    /// </summary>
    public bool CancelWhenAbandoned { get; init; }
}
