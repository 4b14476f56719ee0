using System.Text;

namespace Overlap.Timelines.Drawing;

/// <summary>Reads lines of a file that may come from a stranger: none may be longer than a command can be.</summary>
/// <remarks>Lines end with LF or CRLF. What is not UTF-8 becomes replacement characters. Memory: the longest line.</remarks>
internal sealed class BoundedLines(Stream stream)
{
    // Linux takes a command of two megabytes at most.
    private const int MaxLength = 4 << 20;

    private byte[] _buffer = new byte[1 << 16];
    private int _from;
    private int _used;
    private bool _isAtEnd;

    /// <summary>The number of the line read last, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>Reads the next line.</summary>
    /// <param name="line">The line without its end.</param>
    /// <param name="isWhole">Whether it had an end: a last line without one may be torn.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="TimelineFormatException">It is too long.</exception>
    public bool TryRead(out string line, out bool isWhole)
    {
        int searched = 0;
        while (true)
        {
            int length = _buffer.AsSpan(_from + searched, _used - _from - searched).IndexOf((byte)'\n');
            if (length >= 0)
            {
                length += searched;
                line = Take(length);
                _from += length + 1;
                isWhole = true;
                return true;
            }

            searched = _used - _from;
            if (_isAtEnd)
            {
                line = searched > 0 ? Take(searched) : "";
                _from = _used;
                isWhole = false;
                return searched > 0;
            }

            Fill();
        }
    }

    private string Take(int length)
    {
        Number++;
        ReadOnlySpan<byte> bytes = _buffer.AsSpan(_from, length);
        if (Number == 1 && bytes.StartsWith("\uFEFF"u8))
        {
            bytes = bytes[3..];
        }

        return Encoding.UTF8.GetString(bytes.EndsWith("\r"u8) ? bytes[..^1] : bytes);
    }

    private void Fill()
    {
        if (_from > 0)
        {
            _buffer.AsSpan(_from, _used - _from).CopyTo(_buffer);
            (_used, _from) = (_used - _from, 0);
        }

        if (_used == _buffer.Length)
        {
            if (_buffer.Length >= MaxLength)
            {
                throw new TimelineFormatException($"line {Number + 1}", "is longer than 4 MiB");
            }

            Array.Resize(ref _buffer, 2 * _buffer.Length);
        }

        int read = stream.Read(_buffer, _used, _buffer.Length - _used);
        _used += read;
        _isAtEnd = read == 0;
    }
}
