using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Overlap.Actors;

/// <summary>The side of a mailbox that its actor reads: an object of its own, so that it shares no cache line with those who write.</summary>
/// <remarks>
/// Owned by whoever runs the actor. Others read <see cref="Taken"/>, and write the two counts, which they seldom do; the writers' own fields are
/// looked at only when all that was known of has been taken.
/// </remarks>
internal sealed class MessageReader<TMessage>(Mailbox<TMessage> mailbox, MessageSegment<TMessage> first)
{
    private MessageSegment<TMessage> _segment = first;
    private int _index;
    private long _seen;      // As many as were known to be written when it was last looked.
    private long _taken;
    private int _waitingCount;
    private int _systemCount;

    /// <summary>The messages taken since the mailbox was made.</summary>
    public long Taken => Volatile.Read(ref _taken);

    /// <summary>Whether all that was known to be written has been taken, so that the next look is at the writers' memory.</summary>
    public bool IsCaughtUp => _taken == _seen && _taken != 0;

    /// <summary>How many wait for room. Written under the mailbox's gate.</summary>
    public int WaitingCount
    {
        get => Volatile.Read(ref _waitingCount);
        set => Volatile.Write(ref _waitingCount, value);
    }

    /// <summary>How many system messages wait. Written under the mailbox's gate.</summary>
    public int SystemCount
    {
        get => Volatile.Read(ref _systemCount);
        set => Volatile.Write(ref _systemCount, value);
    }

    /// <summary>Takes the oldest message.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTake([MaybeNullWhen(false)] out TMessage message)
    {
        long taken = _taken;
        if (taken == _seen && taken == (_seen = mailbox.Written))
        {
            return mailbox.TryTakeUnderGate(out message);
        }

        MessageSegment<TMessage> segment = _segment;
        if (_index == segment.Items.Length)
        {
            segment = GoOn(segment);
        }

        ref TMessage place = ref segment.Items[_index++];
        message = place;
        if (RuntimeHelpers.IsReferenceOrContainsReferences<TMessage>())
        {
            place = default!;
        }

        Volatile.Write(ref _taken, taken + 1);
        if (WaitingCount != 0)
        {
            mailbox.AdmitWaiting();
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private MessageSegment<TMessage> GoOn(MessageSegment<TMessage> left)
    {
        MessageSegment<TMessage> segment = left.Next!;
        left.Next = null;
        _segment = segment;
        _index = 0;
        mailbox.TakeBack(left);
        return segment;
    }
}
