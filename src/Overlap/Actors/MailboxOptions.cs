namespace Overlap.Actors;

/// <summary>How many messages wait for an actor, and what happens to one more.</summary>
public sealed record MailboxOptions
{
    /// <summary>A mailbox without a limit.</summary>
    public static MailboxOptions Unbounded { get; } = new();

    /// <summary>The most messages that wait. Unit: messages, at least 1. Default: no limit.</summary>
    public int? Capacity
    {
        get;
        init
        {
            if (value is { } capacity)
            {
                ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1, nameof(Capacity));
            }

            field = value;
        }
    }

    /// <summary>What a full mailbox does. Default: <see cref="MailboxOverflow.Wait"/>.</summary>
    public MailboxOverflow Overflow { get; init; }

    /// <summary>Makes a mailbox with a limit.</summary>
    /// <param name="capacity">The most messages that wait; at least 1.</param>
    /// <param name="overflow">What happens to one more.</param>
    public static MailboxOptions Bounded(int capacity, MailboxOverflow overflow = MailboxOverflow.Wait) =>
        new() { Capacity = capacity, Overflow = overflow };
}
