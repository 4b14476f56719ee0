using System.Runtime.CompilerServices;
using Overlap.Processes.Native;

namespace Overlap.Processes.Transport;

/// <summary>Reads frames from a ring in shared memory. One reader at a time.</summary>
/// <remarks>
/// The writer may be mad: headers are copied before they are checked, and nothing beyond the ring is ever read.
/// A payload is valid until <see cref="Release"/>.
/// </remarks>
internal sealed unsafe class RingReader(byte* start)
{
    private const long Capacity = SegmentLayout.RingCapacity;
    private const long Mask = Capacity - 1;

    private readonly RingWords _words = new(start);
    private readonly byte* _data = new RingWords(start).Data;
    private long _head;
    private long _tailSeen;
    private long _released;

    /// <summary>Whether a frame is there.</summary>
    public bool HasData => Volatile.Read(ref _words.Tail) != _head;

    public int* ConsumerWaiting => _words.ConsumerWaiting;

    public int* CallerWaiting => _words.CallerWaiting;

    /// <summary>The processor on which the writer was last seen.</summary>
    public int ProducerProcessor => Volatile.Read(ref _words.ProducerProcessor);

    /// <summary>Takes the next frame.</summary>
    /// <param name="header">Its header.</param>
    /// <param name="payload">Its payload, where it lies.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="CorruptFrameException">The frame cannot be.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryRead(out FrameHeader header, out ReadOnlySpan<byte> payload)
    {
        if (_head == _tailSeen && !LookAgain())
        {
            header = default;
            payload = default;
            return false;
        }

        long offset = _head & Mask;
        if (*(long*)(_data + offset) == -1)
        {
            _head += Capacity - offset;
            offset = 0;
            if (_head >= _tailSeen)
            {
                throw new CorruptFrameException("A ring ends with a wrap.");
            }
        }

        if (_tailSeen - _head < FrameHeader.Size || Capacity - offset < FrameHeader.Size)
        {
            throw new CorruptFrameException("A frame is shorter than its header.");
        }

        header = *(FrameHeader*)(_data + offset);
        long size = FrameHeader.Size + (long)header.PayloadLength;
        if (header.PayloadLength < 0 || size > _tailSeen - _head || size > Capacity - offset)
        {
            throw new CorruptFrameException($"A frame claims a payload of {header.PayloadLength} bytes.");
        }

        payload = new ReadOnlySpan<byte>(_data + offset + FrameHeader.Size, header.PayloadLength);
        _head += RingWriter.Align((int)size);
        return true;
    }

    /// <summary>Gives the room of all frames read back to the writer, and wakes it if it waits for room.</summary>
    public void Release()
    {
        if (_released == _head)
        {
            return;
        }

        _released = _head;
        Volatile.Write(ref _words.Head, _head);
        Interlocked.MemoryBarrier();
        int* producer = _words.ProducerWaiting;
        if (Volatile.Read(ref *producer) != RingWords.Awake)
        {
            Volatile.Write(ref *producer, RingWords.Awake);
            MemoryCalls.Wake(producer);
        }
    }

    /// <summary>Gives back the room of all that was written, read or not: nobody reads any more, and the writer is not to wait for ever.</summary>
    public void Abandon()
    {
        _head = Volatile.Read(ref _words.Tail);
        Release();
    }

    /// <summary>Gives room back once a quarter of the ring was read: a writer that is not short of room is left alone.</summary>
    public void ReleaseLazily()
    {
        if (_head - _released >= Capacity / 4)
        {
            Release();
        }
    }

    /// <summary>Says that the reader goes to sleep; look for data after this.</summary>
    public void Announce(int sleep)
    {
        Volatile.Write(ref *_words.ConsumerWaiting, sleep);
        Interlocked.MemoryBarrier();
    }

    /// <summary>Says that the reader is awake.</summary>
    public void WakeUp() => Volatile.Write(ref *_words.ConsumerWaiting, RingWords.Awake);

    /// <summary>Reads the results of a frame that its writer never published, because it died.</summary>
    /// <param name="bytes">How many bytes of payload its writer noted as complete.</param>
    /// <returns>The payload, or nothing when the note cannot be.</returns>
    public ReadOnlySpan<byte> ReadUnpublished(int bytes)
    {
        long offset = _head & Mask;
        if (*(long*)(_data + offset) == -1)
        {
            offset = 0;
        }

        return bytes < 0 || bytes > Capacity - offset - FrameHeader.Size
            ? default
            : new ReadOnlySpan<byte>(_data + offset + FrameHeader.Size, bytes);
    }

    private bool LookAgain()
    {
        long tail = Volatile.Read(ref _words.Tail);
        if (tail < _tailSeen || tail - _released > Capacity || (tail & 7) != 0)
        {
            throw new CorruptFrameException("A ring's tail went wrong.");
        }

        _tailSeen = tail;
        return tail != _head;
    }
}
