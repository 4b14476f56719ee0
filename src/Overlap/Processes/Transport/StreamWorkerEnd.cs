using Microsoft.Win32.SafeHandles;
using Overlap.Processes.Values;

namespace Overlap.Processes.Transport;

/// <summary>A worker's end of the stream to its pool: what it reads and writes are rings and slots that only the worker sees.</summary>
/// <remarks>
/// A thread receives: frames into the ring of requests, words into the slots and tokens. What the worker sends has no thread: whoever wakes the
/// reader of the replies writes them to the socket itself, before it goes on. So what a call has finished is out of the process before the next
/// item begins, and a crash costs what ran.
/// </remarks>
internal sealed unsafe class StreamWorkerEnd
{
    // What is kept for large arguments: those of one call are here at a time.
    private const long WarmLimit = 64L << 20;
    private const int StackSize = 256 << 10;

    private readonly RingWriter _requests;
    private readonly SlotTable _slots;
    private readonly TokenTable _tokens;
    private readonly BlobArea _arguments;
    private readonly StreamInput _input;
    private readonly object _grantGate = new();
    private readonly byte* _blobs;
    private readonly Lock _sending = new();

    // Guarded by _sending.
    private readonly RingReader _replies;
    private readonly RingReader _events;
    private readonly StreamOutput _output;

    // Guarded by _grantGate: the call that was sent last, and whether all of it that may run has been granted.
    private int _slot = -1;
    private int _generation;
    private int _count;
    private bool _isAllGranted;

    // Owned by the receiving thread.
    private BlobReference _lent;

    public StreamWorkerEnd(SafeFileHandle socket, SharedSegment segment, SharedSegment arguments)
    {
        byte* start = segment.Start;
        _requests = new RingWriter(start + SegmentLayout.Requests, start + SegmentLayout.Requests);
        _replies = new RingReader(start + SegmentLayout.Replies);
        _events = new RingReader(start + SegmentLayout.Events);
        _slots = new SlotTable(start + SegmentLayout.Slots);
        _tokens = new TokenTable(start + SegmentLayout.Tokens);
        _blobs = start + SegmentLayout.Blobs;
        _arguments = new BlobArea(arguments.Start, arguments.Length, WarmLimit);
        _input = new StreamInput(socket);
        _output = new StreamOutput(socket);

        // S3: never awake, so that every reply is handed over by who wrote it.
        _replies.Announce(RingWords.Asleep);
    }

    /// <summary>Starts to receive.</summary>
    /// <param name="onWords">Told that the pool has cancelled something or allowed more. Must neither block nor throw.</param>
    public void Start(Action onWords) =>
        new Thread(() => ReceiveAll(onWords), StackSize) { IsBackground = true, Name = "overlap stream from pool" }.UnsafeStart();

    /// <summary>Writes all published replies and events to the socket: in place of waking a reader.</summary>
    public void Send()
    {
        using Lock.Scope held = _sending.EnterScope();
        while (_events.TryRead(out FrameHeader header, out ReadOnlySpan<byte> payload))
        {
            _output.Write(new StreamMessage { Kind = StreamMessageKind.Event }, header, payload);
        }

        while (_replies.TryRead(out FrameHeader header, out ReadOnlySpan<byte> payload))
        {
            StreamMessage message = new() { Kind = StreamMessageKind.Reply };
            if ((header.Flags & FrameFlags.InBlob) == 0)
            {
                _output.Write(message, header, payload);
            }
            else
            {
                BlobReference blob = System.Runtime.InteropServices.MemoryMarshal.Read<BlobReference>(payload);
                _output.Write(message, header, new ReadOnlySpan<byte>(_blobs + blob.Offset, blob.Length));
                BlobArea.Release(_blobs, blob);
            }
        }

        _output.Flush();
        _events.Release();
        _replies.Release();
    }

    /// <summary>Waits until more items of a call may run, and takes some.</summary>
    /// <returns>How many; 0 when the call has no more for this worker.</returns>
    public int TakeGranted(in FrameHeader call, int wanted, out int first)
    {
        Monitor.Enter(_grantGate);
        int taken;
        while ((taken = _slots.Take(call.Slot, call.Generation, wanted, out first)) == 0
            && !_isAllGranted && _slot == call.Slot && _generation == call.Generation)
        {
            _ = Monitor.Wait(_grantGate);
        }

        Monitor.Exit(_grantGate);
        return taken;
    }

    private void ReceiveAll(Action onWords)
    {
        bool hasWords = false;
        while (_input.TryRead(out StreamMessage message) && TryReceive(message, ref hasWords))
        {
            if (_input.IsDry)
            {
                _requests.WakeReader();
                if (hasWords)
                {
                    onWords();
                    hasWords = false;
                }
            }
        }

        // The pool is gone, or done with this worker: whoever listens for that ends it.
    }

    private bool TryReceive(in StreamMessage message, ref bool hasWords)
    {
        switch (message.Kind)
        {
            case StreamMessageKind.Request:
                return TryReceiveRequest(message);
            case StreamMessageKind.Grant or StreamMessageKind.NoMore:
                Check(message);
                Grant(message);
                return true;
            case StreamMessageKind.Cancel:
                Check(message);
                _slots.RequestCancel(message.Slot, message.Generation);
                break;
            case StreamMessageKind.Credit:
                Check(message);
                _slots.SetCredit(message.Slot, message.Value);
                break;
            case StreamMessageKind.Token when message.Value >= 0:
                _tokens.Cancel(message.Value);
                break;
            default:
                throw new CorruptFrameException($"The pool sent a message of kind {(int)message.Kind}.");
        }

        hasWords = true;
        return true;
    }

    private bool TryReceiveRequest(in StreamMessage message)
    {
        if (!_input.TryRead(out FrameHeader header))
        {
            return false;
        }

        if (header.PayloadLength < 0 || (long)header.PayloadLength + FrameHeader.Size != message.Length)
        {
            throw new CorruptFrameException($"The pool sent a frame with a payload of {header.PayloadLength} bytes in a message of {message.Length}.");
        }

        if (header.Kind == FrameKind.Call && _lent.Length > 0)
        {
            // The pool sends a call after it has the results of the one before, whose arguments nobody needs then.
            _arguments.Release(_lent);
            _lent = default;
        }

        bool isLarge = header.PayloadLength > SegmentLayout.LargestFrame;
        BlobReference blob = default;
        if (isLarge && !TryReceiveBlob(header.PayloadLength, out blob))
        {
            return false;
        }

        // The worker reads them while it has no call, so there is room soon.
        int length = isLarge ? sizeof(BlobReference) : header.PayloadLength;
        FrameHeader* frame;
        while (!_requests.TryReserve(length, out frame))
        {
            _requests.WakeReader();
            _requests.WaitForRoom();
        }

        *frame = header with { PayloadLength = length, Flags = header.Flags | (isLarge ? FrameFlags.InBlob : FrameFlags.None) };
        byte* payload = (byte*)frame + FrameHeader.Size;
        if (isLarge)
        {
            *(BlobReference*)payload = blob;
        }
        else if (!_input.TryRead(new Span<byte>(payload, length)))
        {
            return false;
        }

        if (header.Kind == FrameKind.Call)
        {
            Open(message, header);
        }

        _requests.Commit(frame);
        _requests.Publish();
        return true;
    }

    private bool TryReceiveBlob(int length, out BlobReference blob)
    {
        if (!_arguments.TryTake(length, out blob))
        {
            throw new CorruptFrameException($"There is no room for arguments of {length} bytes.");
        }

        _lent = blob;
        return _input.TryRead(_arguments[blob]);
    }

    private void Open(in StreamMessage message, in FrameHeader header)
    {
        Check(message);
        Monitor.Enter(_grantGate);
        (_slot, _generation, _count) = (message.Slot, message.Generation, header.Count);
        _isAllGranted = message.Granted >= _count;
        _slots.Open(message.Slot, message.Generation, message.Granted);
        Monitor.PulseAll(_grantGate);
        Monitor.Exit(_grantGate);
    }

    private void Grant(in StreamMessage message)
    {
        Monitor.Enter(_grantGate);
        _slots.Extend(message.Slot, message.Generation, message.Granted);
        _isAllGranted |= message.Slot == _slot && message.Generation == _generation
            && (message.Kind == StreamMessageKind.NoMore || message.Granted >= _count);
        Monitor.PulseAll(_grantGate);
        Monitor.Exit(_grantGate);
    }

    private static void Check(in StreamMessage message)
    {
        if ((uint)message.Slot >= SegmentLayout.SlotCount || message.Granted is < 0 or > SlotTable.LargestCount)
        {
            throw new CorruptFrameException($"The pool sent a message for slot {message.Slot} and {message.Granted} items.");
        }
    }
}
