using System.Buffers;

namespace Overlap.Cli.Jobs.Run.Outputs;

/// <summary>Cuts bytes into whole lines and puts a tag before each; the start of a line that is not whole waits for its rest.</summary>
/// <param name="tag">What stands before each line; may be empty.</param>
internal sealed class LineMarker(byte[] tag)
{
    // A line without an end must not take all memory: then it is cut.
    private const int LongestLine = 1 << 20;

    private readonly ArrayBufferWriter<byte> _whole = new();
    private readonly ArrayBufferWriter<byte> _rest = new();

    /// <summary>Adds bytes.</summary>
    /// <returns>The lines that are whole now; good until the next call.</returns>
    public ReadOnlySpan<byte> Add(ReadOnlySpan<byte> bytes)
    {
        _whole.ResetWrittenCount();
        while (bytes.IndexOf((byte)'\n') is >= 0 and int length)
        {
            AddLine(bytes[..(length + 1)]);
            bytes = bytes[(length + 1)..];
        }

        _rest.Write(bytes);
        if (_rest.WrittenCount > LongestLine)
        {
            AddLine("\n"u8);
        }

        return _whole.WrittenSpan;
    }

    /// <summary>Gives what is left as a whole line.</summary>
    public ReadOnlySpan<byte> End()
    {
        _whole.ResetWrittenCount();
        if (_rest.WrittenCount > 0)
        {
            AddLine("\n"u8);
        }

        return _whole.WrittenSpan;
    }

    private void AddLine(ReadOnlySpan<byte> end)
    {
        _whole.Write(tag);
        _whole.Write(_rest.WrittenSpan);
        _whole.Write(end);
        _rest.ResetWrittenCount();
    }
}
