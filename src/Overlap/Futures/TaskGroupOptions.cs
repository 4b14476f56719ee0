namespace Overlap.Futures;

/// <summary>How a <see cref="TaskGroup"/> runs its children.</summary>
public sealed record TaskGroupOptions
{
    /// <summary>The most children that run at the same time; the others wait their turn. Unit: children, at least 1. Default: no limit.</summary>
    public int Limit
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(Limit));
            field = value;
        }
    } = int.MaxValue;

    /// <summary>What happens when a child fails. Default: its siblings are cancelled.</summary>
    public FailurePolicy OnFailure
    {
        get;
        init => field = value is FailurePolicy.CancelSiblings or FailurePolicy.WaitAll or FailurePolicy.Collect
            ? value
            : throw new ArgumentOutOfRangeException(nameof(OnFailure), value, "No such policy.");
    }

    /// <summary>
    /// The time that the group has, from its construction; when it passes, the children are cancelled and the join throws. Unit: a time, more
    /// than zero, at most 49 days, or infinite. Default: infinite.
    /// </summary>
    public TimeSpan Timeout
    {
        get;
        init
        {
            if (value != System.Threading.Timeout.InfiniteTimeSpan)
            {
                ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero, nameof(Timeout));
                ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromDays(49), nameof(Timeout));
            }

            field = value;
        }
    } = System.Threading.Timeout.InfiniteTimeSpan;

    /// <summary>The clock of <see cref="Timeout"/>. Default: the system's.</summary>
    public TimeProvider TimeProvider
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value, nameof(TimeProvider));
            field = value;
        }
    } = TimeProvider.System;
}
