namespace Overlap.Actors;

/// <summary>What a full mailbox does with one message more. Whatever it drops becomes a <see cref="DeadLetter"/>.</summary>
public enum MailboxOverflow
{
    /// <summary><c>TellAsync</c> waits for room, first come, first served; <c>Tell</c>, which never waits, drops the new message.</summary>
    Wait,

    /// <summary>The new message is dropped; <c>TellAsync</c> does not wait.</summary>
    DropNewest,

    /// <summary>The oldest message is dropped and the new one taken.</summary>
    DropOldest,

    /// <summary>The new message is dropped; <c>TellAsync</c> throws <see cref="MailboxFullException"/>.</summary>
    Fail,

    /// <summary>The new message is dropped and the actor stopped.</summary>
    Stop,
}
