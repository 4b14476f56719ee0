using System.Buffers.Text;

namespace Overlap.Processes.Workers;

/// <summary>The few bytes before a line that tell which call wrote it.</summary>
/// <remarks>
/// Shape: record separator (0x1e), the call's number in decimal digits or nothing, unit separator (0x1f).
/// Errors: what is not exactly that is text.
/// </remarks>
internal static class OutputMarker
{
    public const byte Start = 0x1e;
    public const byte End = 0x1f;

    /// <summary>The longest marker. Unit: bytes.</summary>
    public const int MaxLength = 22;

    /// <summary>Writes the marker of a call; 0 = of no call.</summary>
    /// <returns>Its length.</returns>
    public static int Write(Span<byte> place, long call)
    {
        place[0] = Start;
        int length = 1;
        if (call != 0)
        {
            _ = Utf8Formatter.TryFormat(call, place[1..], out int digits);
            length += digits;
        }

        place[length] = End;
        return length + 1;
    }

    /// <summary>Looks for the first marker in a line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="before">How much text stands before it: native code that wrote no line end.</param>
    /// <param name="after">Where the text after it starts.</param>
    /// <param name="call">The call; <see langword="null"/> when the marker names none.</param>
    public static bool TryFind(ReadOnlySpan<byte> line, out int before, out int after, out long? call)
    {
        before = 0;
        while (line[before..].IndexOf(Start) is int found and >= 0)
        {
            before += found;
            int length = line[before..].IndexOf(End);
            if (length == 1)
            {
                call = null;
                after = before + 2;
                return true;
            }

            if (length > 1 && Utf8Parser.TryParse(line.Slice(before + 1, length - 1), out long number, out int used) && used == length - 1)
            {
                call = number;
                after = before + length + 1;
                return true;
            }

            before++;
        }

        (after, call) = (0, null);
        return false;
    }
}
