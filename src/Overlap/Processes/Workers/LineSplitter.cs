using System.Text;

namespace Overlap.Processes.Workers;

/// <summary>Cuts the bytes of one output stream into lines, each with the call that wrote it.</summary>
/// <param name="onLine">Gets each line.</param>
/// <remarks>Keeps at most one unfinished line of 64 KiB.</remarks>
internal sealed class LineSplitter(Action<string, long?> onLine)
{
    /// <summary>The longest line; a longer one is cut. Unit: bytes.</summary>
    public const int MaxLine = 64 << 10;

    // The bytes of a line whose end has not come yet.
    private byte[] _rest = [];
    private int _length;

    // The call of a line that was cut because it was too long: its next piece has no marker.
    private long? _cutCall;
    private bool _isCut;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        while (bytes.IndexOf((byte)'\n') is int end and >= 0)
        {
            AddPart(bytes[..end]);
            EndLine();
            bytes = bytes[(end + 1)..];
        }

        AddPart(bytes);
    }

    /// <summary>Gives what has no line end: nothing will follow it.</summary>
    public void End()
    {
        if (_length > 0)
        {
            EndLine();
        }

        _rest = [];
    }

    private void AddPart(ReadOnlySpan<byte> bytes)
    {
        while (_length + bytes.Length > MaxLine)
        {
            int room = MaxLine - _length;
            Append(bytes[..room]);
            bytes = bytes[room..];
            CutLine();
        }

        Append(bytes);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (_rest.Length < _length + bytes.Length)
        {
            Array.Resize(ref _rest, Math.Min(MaxLine, Math.Max(256, Math.Max(_length + bytes.Length, _rest.Length * 2))));
        }

        bytes.CopyTo(_rest.AsSpan(_length));
        _length += bytes.Length;
    }

    private void CutLine()
    {
        // Not inside a character: at most three bytes of one stay behind.
        int length = _length;
        while (length > _length - 4 && (_rest[length - 1] & 0xc0) == 0x80)
        {
            length--;
        }

        length = _rest[length - 1] >= 0xc0 ? length - 1 : _length;
        _cutCall = Give(_rest.AsSpan(0, length));
        _isCut = true;
        _rest.AsSpan(length, _length - length).CopyTo(_rest);
        _length -= length;
    }

    private void EndLine()
    {
        ReadOnlySpan<byte> line = _rest.AsSpan(0, _length);
        _ = Give(line is [.., (byte)'\r'] ? line[..^1] : line);
        _length = 0;
        _isCut = false;
    }

    private long? Give(ReadOnlySpan<byte> line)
    {
        // After its marker a line is the writer's own, whatever is in it; before the first one native code may have left text.
        if (_isCut && _cutCall is not null)
        {
            onLine(Encoding.UTF8.GetString(line), _cutCall);
            return _cutCall;
        }

        if (!OutputMarker.TryFind(line, out int before, out int after, out long? call))
        {
            onLine(Encoding.UTF8.GetString(line), null);
            return null;
        }

        if (before > 0)
        {
            onLine(Encoding.UTF8.GetString(line[..before]), null);
        }

        onLine(Encoding.UTF8.GetString(line[after..]), call);
        return call;
    }
}
