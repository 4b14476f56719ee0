using Overlap.Processes.Values;

namespace Overlap.Processes.Transport;

/// <content>The thread that stands in for the worker: takes items and sends them.</content>
internal sealed unsafe partial class StreamPoolEnd
{
    private const int StackSize = 256 << 10;

    // Items that run so long in all may be at the worker: more than the way there and back takes, and no longer than others may wait behind a slow one.
    private const long AheadNanoseconds = 200_000;
    private const int MostAhead = 1_024;

    private static readonly double NanosecondsPerTick = 1e9 / TimeProvider.System.TimestampFrequency;

    private readonly StreamOutput _output;

    // Read by the sender: what the pool wrote, and what it has told the worker of it.
    private readonly long* _tokens;
    private readonly long[] _tokensSent = new long[SegmentLayout.TokenCount];
    private bool _isPoked;
    private bool _stops;

    // Owned by the sender: the call at the worker.
    private FrameHeader _call;
    private bool _isOut;
    private bool _isAllGranted;
    private bool _isCancelSent;
    private int _granted;
    private long _creditSent;
    private int _ahead = 1;
    private int _aheadOf;

    // Written by the sender before a call is sent, and by the receiver with each reply to it.
    private long _current;
    private int _done;
    private long _itemTicks;

    private void SendAll()
    {
        while (!Volatile.Read(ref _stops) && !_output.IsBroken)
        {
            SendWords();
            if (_isOut)
            {
                GrantMore();
            }

            if (!_isOut && TrySendNext())
            {
                continue;
            }

            _output.Flush();
            Sleep();
        }
    }

    private void Sleep()
    {
        if (_isOut)
        {
            // New requests can wait: the receiver rings when the call goes on.
            _bell.Wait();
            return;
        }

        _requests.Announce(RingWords.Asleep);
        if (!_requests.HasData)
        {
            _bell.Wait();
        }

        _requests.WakeUp();
    }

    /// <summary>Sends the next frame, unless it is a call of which nothing is left.</summary>
    /// <returns>Whether there was one.</returns>
    private bool TrySendNext()
    {
        if (!_requests.TryRead(out FrameHeader header, out ReadOnlySpan<byte> payload))
        {
            _requests.Release();
            return false;
        }

        StreamMessage message = new() { Kind = StreamMessageKind.Request };
        if (header.Kind != FrameKind.Call)
        {
            _output.Write(message, header, payload);
        }
        else if (TryTakeFirst(header))
        {
            message.Slot = header.Slot;
            message.Generation = header.Generation;
            message.Granted = _granted;
            _output.Write(message, header, (header.Flags & FrameFlags.InBlob) != 0 ? BlobOf(payload) : payload);
            SendCallWords();
        }

        _requests.ReleaseLazily();
        return true;
    }

    private bool TryTakeFirst(in FrameHeader header)
    {
        if (header.Function != _aheadOf)
        {
            (_aheadOf, _ahead) = (header.Function, 1);
        }

        // S1: taken before it is sent; whoever takes back after this comes too late.
        _granted = _slots.Take(header.Slot, header.Generation, _ahead, out _);
        if (_granted == 0)
        {
            return false;
        }

        _slots.SetStarted(header.Slot, TimeProvider.System.GetTimestamp());

        // Whoever allows more must poke: here nobody looks by itself.
        _slots.SetWaitingForCredit(header.Slot, true);
        _call = header;
        _isOut = true;
        _isAllGranted = _granted == header.Count;
        _isCancelSent = false;
        _creditSent = 0;
        Volatile.Write(ref _done, 0);
        Volatile.Write(ref _current, NameOf(header));
        return true;
    }

    /// <summary>Lets the worker run more of its call once it has less than half of what it may have ahead.</summary>
    private void GrantMore()
    {
        int done = Volatile.Read(ref _done);
        if (_granted - done > _ahead / 2)
        {
            return;
        }

        if (!_isAllGranted)
        {
            double itemNanoseconds = Math.Max(1, Volatile.Read(ref _itemTicks) * NanosecondsPerTick);
            _ahead = (int)Math.Clamp(AheadNanoseconds / itemNanoseconds, 1, Math.Min(MostAhead, _ahead * 2));
            int wanted = _ahead - (_granted - done);
            int taken = wanted > 0 ? _slots.Take(_call.Slot, _call.Generation, wanted, out _) : 0;
            if (taken > 0)
            {
                _granted += taken;
                _slots.SetStarted(_call.Slot, TimeProvider.System.GetTimestamp());
                _output.Write(MessageOf(StreamMessageKind.Grant));
            }
            else if (wanted > 0)
            {
                // The rest was taken back.
                _isAllGranted = true;
                _output.Write(MessageOf(StreamMessageKind.NoMore));
            }

            _isAllGranted |= _granted == _call.Count;
        }

        _isOut = done < _granted || !_isAllGranted;
    }

    /// <summary>Tells the worker what the pool has cancelled or allowed since it was last told.</summary>
    private void SendWords()
    {
        if (!Interlocked.Exchange(ref _isPoked, false))
        {
            return;
        }

        for (int i = 0; i < SegmentLayout.TokenCount; i++)
        {
            long number = Volatile.Read(ref _tokens[i]);
            if (number != _tokensSent[i])
            {
                _tokensSent[i] = number;
                _output.Write(new StreamMessage { Kind = StreamMessageKind.Token, Value = number });
            }
        }

        if (_isOut)
        {
            SendCallWords();
        }
    }

    private void SendCallWords()
    {
        if (!_isCancelSent && _slots.IsCancelRequested(_call.Slot, _call.Generation))
        {
            _isCancelSent = true;
            _output.Write(MessageOf(StreamMessageKind.Cancel));
        }

        long credit = _slots.GetCredit(_call.Slot);
        if (credit > _creditSent)
        {
            _creditSent = credit;
            _output.Write(MessageOf(StreamMessageKind.Credit) with { Value = credit });
        }
    }

    private StreamMessage MessageOf(StreamMessageKind kind) =>
        new() { Kind = kind, Slot = _call.Slot, Generation = _call.Generation, Granted = _granted };

    private ReadOnlySpan<byte> BlobOf(ReadOnlySpan<byte> payload)
    {
        BlobReference blob = System.Runtime.InteropServices.MemoryMarshal.Read<BlobReference>(payload);
        return new ReadOnlySpan<byte>(_arguments + blob.Offset, blob.Length);
    }

    private static long NameOf(in FrameHeader header) => ((long)header.Slot << 32) | (uint)header.Generation;
}
