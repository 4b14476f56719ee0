namespace Overlap.Futures;

/// <summary>How long <see cref="TaskSet.AsCompleted"/> gives its tasks.</summary>
public sealed record AsCompletedOptions
{
    /// <summary>
    /// The time that all tasks together have, from the call of <see cref="TaskSet.AsCompleted"/>. Unit: a time, zero or
    /// more, at most 49 days, or infinite. Zero gives the tasks that have ended already.
    /// </summary>
    public required TimeSpan Deadline
    {
        get;
        init
        {
            if (value != Timeout.InfiniteTimeSpan)
            {
                ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero, nameof(Deadline));
                ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromDays(49), nameof(Deadline));
            }

            field = value;
        }
    }

    /// <summary>The clock of the deadline. Default: the system's.</summary>
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
