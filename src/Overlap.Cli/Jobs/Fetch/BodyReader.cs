using System.Net.Http.Headers;

namespace Overlap.Cli.Jobs.Fetch;

/// <summary>Reads one body and holds it to its limits: decoded size, ratio, progress.</summary>
internal sealed class BodyReader : IDisposable
{
    // A slow drip is no progress: only this much more makes the idle time start again. Unit: bytes.
    private const int ProgressStep = 1_024;

    private const long RatioFloor = 10 << 20;
    private const int MaxRatio = 100;

    private readonly TransferOptions _options;
    private readonly ItemClock _clock;
    private readonly Func<Stream, Memory<byte>, ValueTask<int>> _read;
    private readonly Stream _wire;
    private readonly BodyDecoder? _decoder;
    private readonly long _before;
    private readonly bool _blocking;
    private long _armedAt;

    /// <param name="response">The answer.</param>
    /// <param name="before">The bytes that the file has already: they count against the size.</param>
    /// <param name="blocking">Whether reads block.</param>
    /// <param name="options">The limits.</param>
    /// <param name="clock">The clock to wind.</param>
    /// <param name="read">Reads from the wire.</param>
    public BodyReader(
        HttpResponseMessage response, long before, bool blocking, TransferOptions options, ItemClock clock, Func<Stream, Memory<byte>, ValueTask<int>> read)
    {
        _options = options;
        _clock = clock;
        _read = read;
        _blocking = blocking;
        _before = before;
        HttpContentHeaders headers = response.Content.Headers;
        bool encoded = headers.NonValidated.Contains("Content-Encoding")
            && !(headers.ContentEncoding.Count == 1 && headers.ContentEncoding.Contains("identity"));
        Length = encoded ? null : headers.ContentLength;
        if (before + headers.ContentLength > options.MaxSize && !encoded)
        {
            throw TooBig();
        }

        _wire = response.Content.ReadAsStream();
        _decoder = encoded ? BodyDecoder.Open(headers.ContentEncoding, buffer => _read(_wire, buffer)) : null;
        _clock.Arm();
    }

    /// <summary>The length that the body will have, if that is known.</summary>
    public long? Length { get; }

    /// <summary>Decoded bytes read so far.</summary>
    public long Received { get; private set; }

    /// <summary>Whether the body has come to its end.</summary>
    public bool Ended { get; private set; }

    /// <summary>The size of buffer that suits the body.</summary>
    public int SuitableBuffer => Length is { } length ? (int)Math.Clamp(length, 1, 64 * 1024) : 16 * 1024;

    /// <summary>Reads until the buffer is full or the body has ended.</summary>
    /// <returns>The bytes in the buffer.</returns>
    public async ValueTask<int> FillAsync(Memory<byte> buffer)
    {
        int filled = 0;
        Ended = Length == Received;
        while (filled < buffer.Length && !Ended)
        {
            int read = _decoder is null
                ? await _read(_wire, buffer[filled..])
                : await ReadDecodedAsync(_decoder.Decoded, buffer[filled..]);
            filled += read;
            Received += read;
            Ended = read == 0 || Received == Length;
            if (_before + Received > _options.MaxSize)
            {
                throw TooBig();
            }

            if (_decoder is not null && Received > RatioFloor && Received / MaxRatio > _decoder.WireBytes)
            {
                throw new FetchException(new FetchFailure(
                    FailureKind.TooBig, $"the body grows more than {MaxRatio}-fold when decoded: {_decoder.WireBytes:N0} bytes became {Received:N0}"));
            }

            if (!Ended && Received - _armedAt >= ProgressStep)
            {
                _armedAt = Received;
                _clock.Arm();
            }
        }

        return filled;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _decoder?.Decoded.Dispose();
        _wire.Dispose();
    }

    private async ValueTask<int> ReadDecodedAsync(Stream decoded, Memory<byte> buffer)
    {
        try
        {
            return _blocking ? decoded.Read(buffer.Span) : await decoded.ReadAsync(buffer);
        }
        catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException)
        {
            throw new FetchException(new FetchFailure(FailureKind.Encoding, "the body is not encoded as its header says"));
        }
    }

    private FetchException TooBig() => new(new FetchFailure(FailureKind.TooBig, $"the body is larger than --max-size {_options.MaxSize:N0} bytes"));
}
