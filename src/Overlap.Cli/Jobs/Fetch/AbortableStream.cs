using System.Net.Sockets;

namespace Overlap.Cli.Jobs.Fetch;

/// <summary>A connection of a blocking client that another thread can end: a blocked read of .NET takes no token.</summary>
internal sealed class AbortableStream : Stream
{
    private readonly Socket _socket;
    private readonly NetworkStream _inner;
    private readonly HttpTransport _owner;

    public AbortableStream(Socket socket, HttpTransport owner)
    {
        _socket = socket;
        _inner = new NetworkStream(socket, ownsSocket: true);
        _owner = owner;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Makes the blocked call, and every later one, fail.</summary>
    public void Abort() => _socket.Dispose();

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        _owner.Use(this);
        return _inner.Read(buffer);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _owner.Use(this);
        _inner.Write(buffer);
    }

    // What the handler does between requests: waiting for a closed connection, without a thread.
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _inner.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _inner.WriteAsync(buffer, cancellationToken);

    public override void Flush() => _inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => _inner.FlushAsync(cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
