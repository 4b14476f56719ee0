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

    /// <summary>What a full mailbox does. Default: <see cref="MailboxOverflow.Wait"/>. A mailbox by priority cannot drop its oldest.</summary>
    public MailboxOverflow Overflow
    {
        get;
        init
        {
            if (IsPrioritized && value == MailboxOverflow.DropOldest)
            {
                throw new ArgumentException("In a mailbox by priority the oldest message may be the most urgent one; drop the newest, or wait.", nameof(Overflow));
            }

            field = value;
        }
    }

    /// <summary>Whether messages come by their priority instead of their age.</summary>
    public bool IsPrioritized => Priority is not null;

    /// <summary>A function from the message to its priority.</summary>
    internal Delegate? Priority { get; private init; }

    /// <summary>Makes a mailbox with a limit.</summary>
    /// <param name="capacity">The most messages that wait; at least 1.</param>
    /// <param name="overflow">What happens to one more.</param>
    public static MailboxOptions Bounded(int capacity, MailboxOverflow overflow = MailboxOverflow.Wait) =>
        new() { Capacity = capacity, Overflow = overflow };

    /// <summary>Makes a mailbox whose messages come by their priority: the least number first, and among equals the oldest.</summary>
    /// <typeparam name="TMessage">The type of the messages; the actor's own, or a base of it.</typeparam>
    /// <param name="priority">
    /// Gives the priority of a message. It is called once for each, by the one who tells, under no lock and perhaps on several threads at once.
    /// If it throws, the message is a dead letter and <c>Tell</c> says <see cref="TellResult.Dropped"/>; <c>TellAsync</c> and an ask throw what it threw.
    /// </param>
    /// <param name="capacity">The most messages that wait; <see langword="null"/> for no limit.</param>
    /// <param name="overflow">
    /// What happens to one more, whatever its priority; not <see cref="MailboxOverflow.DropOldest"/>. Who waits for room gets it first come, first served.
    /// </param>
    public static MailboxOptions Prioritized<TMessage>(Func<TMessage, int> priority, int? capacity = null, MailboxOverflow overflow = MailboxOverflow.Wait)
    {
        ArgumentNullException.ThrowIfNull(priority);
        return new() { Priority = priority, Capacity = capacity, Overflow = overflow };
    }
}
