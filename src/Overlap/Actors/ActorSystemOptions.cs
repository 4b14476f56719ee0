using System.Runtime.CompilerServices;
using Overlap.Timelines;

namespace Overlap.Actors;

/// <summary>The settings of an <see cref="ActorSystem"/>.</summary>
public sealed record ActorSystemOptions
{
    /// <summary>How long an ask waits unless it says otherwise. Default: five seconds.</summary>
    public TimeSpan AskDeadline
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero, nameof(AskDeadline));
            field = value;
        }
    }

    = TimeSpan.FromSeconds(5);

    /// <summary>The mailbox of actors that do not name theirs. Default: without a limit. Not one by priority: that is made for one type of messages.</summary>
    public MailboxOptions Mailbox
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value, nameof(Mailbox));
            field = value.IsPrioritized
                ? throw new ArgumentException("A mailbox by priority is made for one type of messages; give it to the actors of that type.", nameof(Mailbox))
                : value;
        }
    }

    = MailboxOptions.Unbounded;

    /// <summary>How actors that do not say otherwise, and the top of the tree, look after their children. Default: restart the one that failed.</summary>
    public SupervisionStrategy Supervision { get; init; } = new();

    /// <summary>The most messages one actor handles before it lets others have the thread. Unit: messages, at least 1. Default: 300.</summary>
    public int Throughput { get; init => field = AtLeast(1, value); } = 300;

    /// <summary>How many of the last dead letters are kept. Default: 100.</summary>
    public int DeadLetterLog { get; init => field = AtLeast(0, value); } = 100;

    /// <summary>How many of the last failures are kept. Default: 100.</summary>
    public int FailureLog { get; init => field = AtLeast(0, value); } = 100;

    /// <summary>The clock of deadlines, timers and restarts. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>
    /// Takes down which actor handled which message when: a lane for each actor. Default: none.
    /// With one, each message costs some 400 bytes and a few readings of the clock.
    /// </summary>
    public TimelineRecorder? Timeline { get; init; }

    /// <summary>Where the spread of restarts begins. Default: 1; two systems of one seed wait alike.</summary>
    public int Seed { get; init; } = 1;

    private static int AtLeast(int least, int value, [CallerMemberName] string? name = null) =>
        value >= least ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least {least}.");
}
