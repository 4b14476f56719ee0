using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Overlap.Processes.Native;

namespace Overlap.Processes.Transport;

/// <summary>Writes messages to a stream socket, small ones together. One writer at a time; it waits where the other side is slow.</summary>
/// <param name="socket">Blocking; shut down by whoever wants a waiting writer to give up.</param>
internal sealed class StreamOutput(SafeFileHandle socket)
{
    private const int BufferSize = 64 << 10;

    private readonly byte[] _buffer = new byte[BufferSize];
    private int _length;

    /// <summary>Whether the other side is gone: what is written from then on is dropped.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Writes a message without a frame.</summary>
    public void Write(StreamMessage message) => Add(message);

    /// <summary>Writes a frame.</summary>
    /// <param name="message">What stands before it; its length is set here.</param>
    /// <param name="header">The frame's header; the payload's length in it is set here.</param>
    /// <param name="payload">The payload itself, also of a frame that has it in a blob.</param>
    public void Write(StreamMessage message, FrameHeader header, ReadOnlySpan<byte> payload)
    {
        message.Length = checked(FrameHeader.Size + payload.Length);
        header.PayloadLength = payload.Length;
        header.Flags &= ~FrameFlags.InBlob;
        Add(message);
        Add(header);
        if (payload.Length <= BufferSize - _length)
        {
            payload.CopyTo(_buffer.AsSpan(_length));
            _length += payload.Length;
            return;
        }

        Flush();
        Send(payload);
    }

    /// <summary>Sends all that was written.</summary>
    public void Flush()
    {
        if (_length > 0)
        {
            Send(_buffer.AsSpan(0, _length));
            _length = 0;
        }
    }

    private void Add<T>(T value)
        where T : unmanaged
    {
        if (BufferSize - _length < Unsafe.SizeOf<T>())
        {
            Flush();
        }

        MemoryMarshal.Write(_buffer.AsSpan(_length), value);
        _length += Unsafe.SizeOf<T>();
    }

    private void Send(ReadOnlySpan<byte> bytes) => IsBroken = IsBroken || !DescriptorCalls.WriteAll((int)socket.DangerousGetHandle(), bytes);
}
