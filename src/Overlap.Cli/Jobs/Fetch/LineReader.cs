using System.Runtime.CompilerServices;
using System.Text;

namespace Overlap.Cli.Jobs.Fetch;

/// <summary>Cuts a stream into lines as they come: a line is given before the stream has ended, and a huge one takes no memory.</summary>
internal sealed class LineReader
{
    /// <summary>The longest line that is read as text. Unit: bytes.</summary>
    public const int MaxLineLength = 16 * 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Stream _stream;
    private readonly byte _terminator;
    private readonly byte[] _buffer = new byte[4 * MaxLineLength];
    private int _start;
    private int _end;

    /// <param name="stream">The list; not disposed.</param>
    /// <param name="nulSeparated">Whether lines end with NUL.</param>
    public LineReader(Stream stream, bool nulSeparated)
    {
        _stream = stream;
        _terminator = nulSeparated ? (byte)0 : (byte)'\n';
    }

    /// <summary>Gives the lines, without their ends. A list in UTF-16 is one line that says so.</summary>
    public async IAsyncEnumerable<InputLine> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (_end < 3 && await FillAsync(cancellationToken))
        {
        }

        if (_end >= 2 && _buffer[0] + _buffer[1] == 0xFF + 0xFE && _buffer[0] >= 0xFE)
        {
            yield return new InputLine(1, null, "the list is UTF-16; convert it to UTF-8 first");
            yield break;
        }

        _start = _buffer.AsSpan(0, _end).StartsWith(Encoding.UTF8.Preamble) ? 3 : 0;
        long number = 0;
        long discarded = 0;
        bool more = true;
        while (more || _start < _end)
        {
            int length = _buffer.AsSpan(_start, _end - _start).IndexOf(_terminator);
            if (length >= 0)
            {
                yield return ToLine(++number, length, discarded);
                _start += length + 1;
                discarded = 0;
            }
            else if (!more)
            {
                yield return ToLine(++number, _end - _start, discarded);
                _start = _end;
                discarded = 0;
            }
            else
            {
                if (discarded > 0 || _end - _start > MaxLineLength)
                {
                    // Its text is not wanted any more, only its end.
                    discarded += _end - _start;
                    _start = _end;
                }

                more = await FillAsync(cancellationToken);
                if (!more && discarded > 0 && _start == _end)
                {
                    yield return ToLine(++number, 0, discarded);
                }
            }
        }
    }

    private InputLine ToLine(long number, int length, long discarded)
    {
        if (discarded + length > MaxLineLength)
        {
            return new InputLine(number, null, $"the line has {discarded + length:N0} bytes; the limit is {MaxLineLength:N0}");
        }

        try
        {
            return new InputLine(number, StrictUtf8.GetString(_buffer, _start, length), null);
        }
        catch (DecoderFallbackException)
        {
            return new InputLine(number, null, "the line is not valid UTF-8");
        }
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        int read;
        if (_stream.CanSeek)
        {
            // A file: its pages are there or nearly so, and a hop to another thread would cost more than the read.
            cancellationToken.ThrowIfCancellationRequested();
            read = _stream.Read(_buffer.AsSpan(_end));
        }
        else
        {
            // A read of standard input cannot be taken back; it is left behind with its buffer when the run is cancelled.
            read = await _stream.ReadAsync(_buffer.AsMemory(_end), CancellationToken.None).AsTask().WaitAsync(cancellationToken);
        }

        _end += read;
        return read > 0;
    }
}
