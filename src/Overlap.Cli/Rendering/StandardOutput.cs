using System.Runtime.InteropServices;

namespace Overlap.Cli.Rendering;

/// <summary>Standard output as it is: every write reaches the system at once, and a failed one is told.</summary>
/// <remarks>
/// The framework's console stream hides a closed pipe, and its file stream writes at places of its own, which overwrites what another
/// program wrote to the same redirected file.
/// Errors: <see cref="IOException"/> whose <see cref="Exception.HResult"/> is the system's number, such as <see cref="BrokenPipe"/>.
/// </remarks>
internal sealed partial class StandardOutput : Stream
{
    public const int BrokenPipe = 32;

    private const int Descriptor = 1;
    private const int Interrupted = 4;
    private const int TryAgain = 11;
    private const short ReadyToWrite = 4;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Flush()
    {
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            nint written = Write(Descriptor, ref MemoryMarshal.GetReference(buffer), (nuint)buffer.Length);
            if (written >= 0)
            {
                buffer = buffer[(int)written..];
                continue;
            }

            int error = Marshal.GetLastPInvokeError();
            if (error == TryAgain)
            {
                // The other end made the pipe non-blocking.
                PollDescriptor poll = new() { Descriptor = Descriptor, Events = ReadyToWrite };
                _ = Poll(ref poll, 1, -1);
            }
            else if (error != Interrupted)
            {
                throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
            }
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, ref byte buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollDescriptor descriptors, nuint count, int timeout);

    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
