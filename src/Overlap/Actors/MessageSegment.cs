namespace Overlap.Actors;

/// <summary>A stretch of a mailbox.</summary>
internal sealed class MessageSegment<TMessage>(int length)
{
    public readonly TMessage[] Items = new TMessage[length];

    /// <summary>The next stretch; written before the message count that tells of it.</summary>
    public MessageSegment<TMessage>? Next;
}
