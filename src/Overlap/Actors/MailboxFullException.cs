namespace Overlap.Actors;

/// <summary>The exception for a message that a full mailbox did not take.</summary>
public sealed class MailboxFullException : InvalidOperationException
{
    internal MailboxFullException(string target, int capacity)
        : base($"The mailbox of {target} is full: {capacity} messages wait.")
    {
        Target = target;
        Capacity = capacity;
    }

    /// <summary>The path of the actor.</summary>
    public string Target { get; }

    /// <summary>The most messages that wait.</summary>
    public int Capacity { get; }
}
