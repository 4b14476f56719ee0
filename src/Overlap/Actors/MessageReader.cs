using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Overlap.Actors;

/// <summary>The side of a mailbox that its actor reads: an object of its own, so that it shares no cache line with those who write.</summary>
/// <remarks>Owned by whoever runs the actor; only <see cref="Taken"/> is read by others.</remarks>
internal sealed class MessageReader<TMessage>(MessageSegment<TMessage> first)
{
    private MessageSegment<TMessage> _segment = first;
    private int _index;
    private long _seen;      // As many as were known to be written when it was last looked.
    private long _taken;

    /// <summary>The messages taken since the mailbox was made.</summary>
    public long Taken => Volatile.Read(ref _taken);

    /// <summary>Takes the oldest message.</summary>
    /// <param name="written">Counts the messages written; published after each.</param>
    /// <param name="message">The message.</param>
    /// <param name="left">A stretch that was read to its end, for the writers to use again.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTake(ref long written, [MaybeNullWhen(false)] out TMessage message, out MessageSegment<TMessage>? left)
    {
        left = null;
        long taken = _taken;
        if (taken == _seen && taken == (_seen = Volatile.Read(ref written)))
        {
            message = default;
            return false;
        }

        MessageSegment<TMessage> segment = _segment;
        if (_index == segment.Items.Length)
        {
            left = segment;
            segment = segment.Next!;
            left.Next = null;
            _segment = segment;
            _index = 0;
        }

        ref TMessage place = ref segment.Items[_index++];
        message = place;
        if (RuntimeHelpers.IsReferenceOrContainsReferences<TMessage>())
        {
            place = default!;
        }

        Volatile.Write(ref _taken, taken + 1);
        return true;
    }
}
