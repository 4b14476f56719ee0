namespace Overlap.Actors;

/// <summary>What a stop does about the messages in the mailbox.</summary>
public enum StopMode
{
    /// <summary>They are handled first; new ones are refused.</summary>
    Drain,

    /// <summary>The message that is handled is the last; the others are dead letters.</summary>
    Now,
}
