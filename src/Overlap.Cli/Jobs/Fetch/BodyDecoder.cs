using System.IO.Compression;

namespace Overlap.Cli.Jobs.Fetch;

/// <summary>Opens a body as the bytes that it stands for, and tells how many bytes came over the wire for them.</summary>
internal sealed class BodyDecoder : Stream
{
    private readonly Func<Memory<byte>, ValueTask<int>> _read;

    private BodyDecoder(Func<Memory<byte>, ValueTask<int>> read) => _read = read;

    /// <summary>Bytes read from the wire.</summary>
    public long WireBytes { get; private set; }

    /// <summary>The decoded body.</summary>
    public Stream Decoded { get; private set; } = null!;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Opens the body of a response that has an encoding.</summary>
    /// <param name="encodings">What the headers say, outermost last.</param>
    /// <param name="read">Reads from the wire, within the limits of time.</param>
    /// <exception cref="FetchException">The encoding is unknown, or there is more than one.</exception>
    public static BodyDecoder Open(ICollection<string> encodings, Func<Memory<byte>, ValueTask<int>> read)
    {
        BodyDecoder wire = new(read);
        string name = string.Join(", ", encodings);
        wire.Decoded = name.ToUpperInvariant() switch
        {
            "GZIP" or "X-GZIP" => new GZipStream(wire, CompressionMode.Decompress),
            "DEFLATE" => new ZLibStream(wire, CompressionMode.Decompress),
            "BR" => new BrotliStream(wire, CompressionMode.Decompress),
            _ => throw new FetchException(new FetchFailure(FailureKind.Encoding, $"the encoding {UrlText.Printable(name)} is not supported")),
        };
        return wire;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await _read(buffer);
        WireBytes += read;
        return read;
    }

    // Blocking clients: the read is complete on return.
    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count)).Completed();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
