using System.Text;
using Overlap.Processes.Values;

namespace Overlap.Processes.Functions;

/// <summary>Short texts inside what this folder writes: names, paths, messages.</summary>
/// <remarks>Shape: the count of bytes, then UTF-8; what is no Unicode is replaced, since these texts are only shown.</remarks>
internal static class PayloadText
{
    public static void Write(PayloadWriter writer, string text)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        writer.WriteCount(length);
        Encoding.UTF8.GetBytes(text, writer.GetSpan(length));
        writer.Advance(length);
    }

    public static string Read(ref PayloadReader reader) => Encoding.UTF8.GetString(reader.ReadBytes(reader.ReadCount()));
}
