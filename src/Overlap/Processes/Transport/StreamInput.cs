using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Overlap.Processes.Native;

namespace Overlap.Processes.Transport;

/// <summary>Reads messages from a stream socket. One reader at a time.</summary>
/// <param name="socket">Blocking; shut down by whoever wants the reader to come to its end.</param>
internal sealed class StreamInput(SafeFileHandle socket)
{
    private const int BufferSize = 64 << 10;

    private readonly byte[] _buffer = new byte[BufferSize];
    private int _begin;
    private int _end;

    /// <summary>Whether a read now would have to ask the system: a good moment to wake who waits for what was read.</summary>
    public bool IsDry => _end - _begin < StreamMessage.Size;

    /// <summary>Waits for a value.</summary>
    /// <returns>Whether it came whole before the stream's end.</returns>
    public bool TryRead<T>(out T value)
        where T : unmanaged
    {
        Unsafe.SkipInit(out value);
        return TryRead(MemoryMarshal.AsBytes(new Span<T>(ref value)));
    }

    /// <summary>Waits for so many bytes.</summary>
    /// <returns>Whether they came before the stream's end.</returns>
    public bool TryRead(Span<byte> bytes)
    {
        while (true)
        {
            int count = Math.Min(bytes.Length, _end - _begin);
            _buffer.AsSpan(_begin, count).CopyTo(bytes);
            _begin += count;
            bytes = bytes[count..];
            if (bytes.IsEmpty)
            {
                return true;
            }

            if (bytes.Length >= BufferSize)
            {
                // Large ones to where they are wanted at once.
                count = DescriptorCalls.Read((int)socket.DangerousGetHandle(), bytes);
                bytes = bytes[Math.Max(0, count)..];
            }
            else
            {
                count = DescriptorCalls.Read((int)socket.DangerousGetHandle(), _buffer);
                (_begin, _end) = (0, Math.Max(0, count));
            }

            if (count <= 0)
            {
                return false;
            }
        }
    }
}
