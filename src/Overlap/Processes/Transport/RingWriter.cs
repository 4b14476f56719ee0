using System.Runtime.CompilerServices;
using Overlap.Processes.Native;

namespace Overlap.Processes.Transport;

/// <summary>Writes frames into a ring in shared memory. One writer at a time.</summary>
/// <remarks>
/// A frame is reserved, filled in place, committed, and seen by the other side once it is published; several may be published in one step.
/// The reader may be mad: its head is never trusted beyond what was written.
/// </remarks>
/// <param name="start">The ring.</param>
/// <param name="bell">The ring whose reader is woken: the reader of several sleeps on one.</param>
/// <param name="wake">Called in place of waking the reader where it sleeps on something else; it clears the reader's word itself, or leaves it.</param>
internal sealed unsafe class RingWriter(byte* start, byte* bell, Action? wake = null)
{
    private const long Capacity = SegmentLayout.RingCapacity;
    private const long Mask = Capacity - 1;

    private readonly RingWords _words = new(start);
    private readonly RingWords _bell = new(bell);
    private readonly byte* _data = new RingWords(start).Data;
    private long _tail;
    private long _published;
    private long _headSeen;
    private long _reservedEnd;

    /// <summary>Whether frames are committed that are not published.</summary>
    public bool HasUnpublished => _tail != _published;

    /// <summary>Whether the reader has taken all.</summary>
    public bool IsDrained => Volatile.Read(ref _words.Head) == _tail;

    /// <summary>Makes room for a frame, whose header is then all zeros but the length.</summary>
    /// <param name="payloadLength">The most bytes the payload will have, at most <see cref="SegmentLayout.LargestFrame"/>.</param>
    /// <param name="frame">The header; the payload follows it.</param>
    /// <param name="spare">The bytes that must stay free behind it, for a frame that must not wait. Unit: bytes.</param>
    /// <returns>Whether there is room now.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReserve(int payloadLength, out FrameHeader* frame, int spare = 0)
    {
        int size = Align(FrameHeader.Size + payloadLength);
        long offset = _tail & Mask;
        long toEnd = Capacity - offset;
        long skipped = toEnd < size ? toEnd : 0;
        if (Capacity - (_tail - _headSeen) < skipped + size + spare && !HasRoomNow(skipped + size + spare))
        {
            frame = null;
            return false;
        }

        if (skipped > 0)
        {
            // A wrap mark is a word of its own: less than a header may be left.
            *(long*)(_data + offset) = -1;
            offset = 0;
        }

        frame = (FrameHeader*)(_data + offset);
        *frame = new FrameHeader { PayloadLength = payloadLength };
        _reservedEnd = _tail + skipped;
        return true;
    }

    /// <summary>Commits the reserved frame, whose payload may have become shorter than reserved.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Commit(FrameHeader* frame) => _tail = _reservedEnd + Align(FrameHeader.Size + frame->PayloadLength);

    /// <summary>Lets the reader see all committed frames. Does not wake it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Publish()
    {
        _published = _tail;
        Volatile.Write(ref _words.Tail, _tail);
    }

    /// <summary>Whether the reader sleeps and does not look by itself a little later.</summary>
    public bool IsReaderFastAsleep
    {
        get
        {
            // The tail must be visible before the sleep is looked at: the reader does the reverse.
            Interlocked.MemoryBarrier();
            return Volatile.Read(ref *_bell.ConsumerWaiting) == RingWords.Asleep || Volatile.Read(ref *_bell.CallerWaiting) == RingWords.Asleep;
        }
    }

    /// <summary>Wakes the reader if it sleeps.</summary>
    public void WakeReader()
    {
        _bell.ProducerProcessor = MemoryCalls.GetProcessor();
        Interlocked.MemoryBarrier();
        int* caller = _bell.CallerWaiting;
        switch (Volatile.Read(ref *caller))
        {
            case RingWords.Awake:
                break;
            case RingWords.Looking:
                return;
            default:
                // The caller may leave meanwhile: then the word is not ours to write.
                if (Interlocked.CompareExchange(ref *caller, RingWords.Looking, RingWords.Asleep) == RingWords.Asleep)
                {
                    MemoryCalls.Wake(caller);
                    return;
                }

                break;
        }

        int* consumer = _bell.ConsumerWaiting;
        if (Volatile.Read(ref *consumer) != RingWords.Awake)
        {
            if (wake is not null)
            {
                wake();
                return;
            }

            Volatile.Write(ref *consumer, RingWords.Awake);
            MemoryCalls.Wake(consumer);
        }
    }

    /// <summary>Sleeps until the reader has made room. For the worker's side: the pool never waits for a worker.</summary>
    public void WaitForRoom()
    {
        long seen = Volatile.Read(ref _words.Head);
        int* waiting = _words.ProducerWaiting;
        Volatile.Write(ref *waiting, RingWords.Asleep);
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _words.Head) == seen && _headSeen == seen)
        {
            MemoryCalls.WaitWhile(waiting, RingWords.Asleep);
        }

        // Where the head is now the next try sees, and checks.
        Volatile.Write(ref *waiting, RingWords.Awake);
    }

    internal static int Align(int size) => (size + 7) & ~7;

    private bool HasRoomNow(long size)
    {
        long head = Volatile.Read(ref _words.Head);
        if (head < _headSeen || head > _tail)
        {
            return false;
        }

        _headSeen = head;
        return Capacity - (_tail - head) >= size;
    }
}
