using Overlap.Processes.Values;

namespace Overlap.Processes.Transport;

/// <content>The thread that receives: writes what the worker sent into the rings.</content>
internal sealed unsafe partial class StreamPoolEnd
{
    // What is kept for large results.
    private const long WarmLimit = 64L << 20;

    private readonly StreamInput _input;
    private bool _drops;

    private void ReceiveAll()
    {
        try
        {
            while (_input.TryRead(out StreamMessage message) && TryReceive(message))
            {
            }
        }
        catch (CorruptFrameException exception)
        {
            _owner.OnBroken($"it sent garbage: {exception.Message}");
        }

        _replies.WakeReader();
        Finish();
    }

    /// <summary>Receives what follows a message.</summary>
    /// <returns>Whether all of it came.</returns>
    private bool TryReceive(in StreamMessage message)
    {
        RingWriter ring = message.Kind switch
        {
            StreamMessageKind.Reply => _replies,
            StreamMessageKind.Event => _events,
            _ => throw new CorruptFrameException($"A message of kind {(int)message.Kind} came."),
        };
        if (!_input.TryRead(out FrameHeader header))
        {
            return false;
        }

        if (header.PayloadLength < 0 || (long)header.PayloadLength + FrameHeader.Size != message.Length || (header.Flags & FrameFlags.InBlob) != 0)
        {
            throw new CorruptFrameException($"A frame claims a payload of {header.PayloadLength} bytes in a message of {message.Length}.");
        }

        if (!(header.PayloadLength <= SegmentLayout.LargestFrame ? TryReceiveFrame(ring, header) : TryReceiveBlob(header, message.Kind)))
        {
            return false;
        }

        Note(header);
        if (_input.IsDry)
        {
            _replies.WakeReader();
        }

        return true;
    }

    private bool TryReceiveFrame(RingWriter ring, in FrameHeader header)
    {
        FrameHeader* frame = Reserve(ring, header.PayloadLength);
        if (frame is null)
        {
            return false;
        }

        *frame = header;
        if (!_input.TryRead(new Span<byte>((byte*)frame + FrameHeader.Size, header.PayloadLength)))
        {
            return false;
        }

        ring.Commit(frame);
        ring.Publish();
        return true;
    }

    private bool TryReceiveBlob(in FrameHeader header, StreamMessageKind kind)
    {
        if (kind == StreamMessageKind.Event || !_results.TryTake(header.PayloadLength, out BlobReference blob))
        {
            throw new CorruptFrameException($"A frame of {header.PayloadLength} bytes came.");
        }

        if (!_input.TryRead(_results[blob]))
        {
            return false;
        }

        FrameHeader* frame = Reserve(_replies, sizeof(BlobReference));
        if (frame is null)
        {
            return false;
        }

        *frame = header with { PayloadLength = sizeof(BlobReference), Flags = header.Flags | FrameFlags.InBlob };
        *(BlobReference*)((byte*)frame + FrameHeader.Size) = blob;
        _replies.Commit(frame);
        _replies.Publish();
        return true;
    }

    // S4: whoever reads the rings may give up a worker: it says so, then gives the room back unread, which ends the wait.
    private FrameHeader* Reserve(RingWriter ring, int payloadLength)
    {
        FrameHeader* frame;
        while (!ring.TryReserve(payloadLength, out frame))
        {
            if (Volatile.Read(ref _drops))
            {
                return null;
            }

            ring.WakeReader();
            ring.WaitForRoom();
        }

        return frame;
    }

    /// <summary>Lets the sender know how far the call at the worker has come. A worker that lies here only harms its own calls.</summary>
    private void Note(in FrameHeader header)
    {
        if (header.Kind is FrameKind.Results or FrameKind.Failure && NameOf(header) == Volatile.Read(ref _current))
        {
            Volatile.Write(ref _itemTicks, Math.Max(1, (header.EndedAt - header.StartedAt) / Math.Max(1, header.Count)));
            Volatile.Write(ref _done, header.First + header.Count);
            _bell.Ring();
        }
    }
}
