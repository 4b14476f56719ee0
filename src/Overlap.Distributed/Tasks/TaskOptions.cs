using System.Collections.Immutable;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Tasks;

/// <summary>How a worker treats the calls of a task. What a message says for itself comes first.</summary>
public sealed record TaskOptions
{
    /// <summary>The options that hold where nothing else is said.</summary>
    public static TaskOptions Default { get; } = new();

    /// <summary>How often a call is tried again; <see langword="null"/>: without end. Default: 3.</summary>
    public int? MaxRetries
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value ?? 0, nameof(MaxRetries));
            field = value;
        }
    } = 3;

    /// <summary>How long a call waits that asks to be tried again and does not say when. Default: 3 minutes.</summary>
    public TimeSpan RetryDelay { get; init => field = Guard.NotNegative(value); } = TimeSpan.FromMinutes(3);

    /// <summary>The exceptions, with all that derive from them, after which a call is tried again by itself. Default: none.</summary>
    public ImmutableArray<Type> RetriedExceptions { get; init; } = [];

    /// <summary>
    /// The wait before the first retry that is made by itself, doubled with each; <see langword="null"/>: always <see cref="RetryDelay"/>. Default: none.
    /// </summary>
    public TimeSpan? RetryBackoff { get; init => field = value is null ? null : Guard.NotNegative(value.Value); }

    /// <summary>The longest such wait. Default: 10 minutes.</summary>
    public TimeSpan RetryBackoffMax { get; init => field = Guard.NotNegative(value); } = TimeSpan.FromMinutes(10);

    /// <summary>Whether such a wait is drawn between nothing and its whole length, so that calls that failed together do not return together. Default: yes.</summary>
    public bool RetryJitter { get; init; } = true;

    /// <summary>How long a run may take before its token is cancelled; <see langword="null"/>: as long as it will. Default: none.</summary>
    public TimeSpan? SoftLimit { get; init => field = value is null ? null : Guard.Positive(value.Value); }

    /// <summary>
    /// How long a run may take before it is ended by force; <see langword="null"/>: as long as it will. In a process pool its process is killed;
    /// elsewhere the call fails at once, and the function keeps its slot until it returns. Default: none.
    /// </summary>
    public TimeSpan? HardLimit { get; init => field = value is null ? null : Guard.Positive(value.Value); }

    /// <summary>How many calls a worker starts in a time; <see langword="null"/>: as many as it can. Default: none.</summary>
    public RateLimit? RateLimit { get; init; }

    /// <summary>
    /// Whether a message is acknowledged before its call runs: then no call runs twice, and one whose worker dies is lost. Default: no.
    /// </summary>
    public bool AcknowledgesEarly { get; init; }

    /// <summary>Whether results are not stored. Default: they are.</summary>
    public bool IgnoresResult { get; init; }

    /// <summary>Whether it is stored that a call has started. Costs a write more for each call. Default: no.</summary>
    public bool TracksStart { get; init; }

    /// <summary>
    /// Whether a call whose process died goes back to its queue, three times at most, instead of failing at once. Default: no, for a call may be
    /// the cause of that death.
    /// </summary>
    public bool ReturnsWhenWorkerLost { get; init; }

    /// <summary>
    /// Whether the message of a call that has failed for good is kept as a dead letter, from where it can be put back, instead of being acknowledged:
    /// Celery's <c>acks_on_failure_or_timeout</c>, turned off. Without effect on one that was acknowledged early. Default: no.
    /// </summary>
    public bool KeepsFailures { get; init; }
}
