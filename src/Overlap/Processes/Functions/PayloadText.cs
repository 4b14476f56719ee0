using System.Text;
using System.Text.Unicode;
using Overlap.Processes.Values;

namespace Overlap.Processes.Functions;

/// <summary>Short texts inside what this folder writes: names, paths, messages.</summary>
/// <remarks>Shape: the count of bytes, then UTF-8; what is no Unicode is replaced, since these texts are only shown or looked up.</remarks>
internal static class PayloadText
{
    private const string CutOff = "… (cut)";

    public static void Write(PayloadWriter writer, string text)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        writer.WriteCount(length);
        Encoding.UTF8.GetBytes(text, writer.GetSpan(length));
        writer.Advance(length);
    }

    /// <summary>Writes as much of the text as goes into so many bytes, and says if it was more.</summary>
    public static void Write(PayloadWriter writer, string text, int most)
    {
        if (text.Length > most / 3 && Encoding.UTF8.GetByteCount(text) > most)
        {
            byte[] room = new byte[Math.Max(0, most - Encoding.UTF8.GetByteCount(CutOff))];
            Utf8.FromUtf16(text, room, out int read, out _);
            text = text[..read] + CutOff;
        }

        Write(writer, text);
    }

    public static string Read(ref PayloadReader reader) => Encoding.UTF8.GetString(reader.ReadBytes(reader.ReadCount()));
}
