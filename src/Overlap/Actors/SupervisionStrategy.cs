namespace Overlap.Actors;

/// <summary>How an actor looks after its children.</summary>
public sealed record SupervisionStrategy
{
    /// <summary>Which children share the fate. Default: the one that failed.</summary>
    public SupervisionScope Scope { get; init; }

    /// <summary>What to do, by the exception. Default: restart. A function that throws escalates what it threw.</summary>
    public Func<Exception, SupervisionDirective> Decide { get; init; } = static _ => SupervisionDirective.Restart;

    /// <summary>The most restarts of one child within <see cref="Within"/>; one more is <see cref="WhenExhausted"/>. Unit: restarts, at least 0. Default: 10.</summary>
    public int MaxRestarts
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(MaxRestarts));
            field = value;
        }
    }

    = 10;

    /// <summary>The time within which restarts are counted. Default: one minute.</summary>
    public TimeSpan Within
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero, nameof(Within));
            field = value;
        }
    }

    = TimeSpan.FromMinutes(1);

    /// <summary>What to do instead of one restart too many. Default: escalate, which at the top of the tree is a stop.</summary>
    public SupervisionDirective WhenExhausted
    {
        get;
        init => field = value is SupervisionDirective.Stop or SupervisionDirective.Escalate
            ? value
            : throw new ArgumentException("Only Stop and Escalate end a row of restarts.", nameof(WhenExhausted));
    }

    = SupervisionDirective.Escalate;

    /// <summary>How long to wait before a restart. Default: not at all.</summary>
    public RestartBackoff Backoff { get; init; } = RestartBackoff.None;
}
