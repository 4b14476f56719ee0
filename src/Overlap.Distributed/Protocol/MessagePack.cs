using System.Buffers;
using System.Text;

namespace Overlap.Distributed.Protocol;

/// <summary>MessagePack, as far as Celery's messages use it.</summary>
/// <remarks>
/// Shape: nil, truth values, whole numbers of 64 bits with or without a sign, floating point, text, bytes, lists, maps. The names of a map are
/// texts or whole numbers, which are read as texts, as JSON has them. Dates, decimals and UUIDs are written as plain texts.
/// Errors: only <see cref="MessageFormatException"/>; extension types are <see cref="MessageDefect.Malformed"/>.
/// Source: the MessagePack specification.
/// </remarks>
internal static class MessagePack
{
    /// <summary>Reads one document.</summary>
    /// <param name="document">The document, with nothing behind it.</param>
    /// <param name="limits">How large and how deep it may be.</param>
    /// <exception cref="MessageFormatException">It is no such document, or is beyond a limit.</exception>
    public static WireValue Read(ReadOnlySpan<byte> document, ProtocolLimits limits)
    {
        MessagePackReader reader = new(document, limits);
        return reader.ReadDocument();
    }

    /// <summary>Writes a value.</summary>
    /// <exception cref="MessageFormatException">It holds a whole number of more than 64 bits, or half of a surrogate pair, or is nested too deep; the message names the place.</exception>
    public static byte[] Write(WireValue value) => Write(value, value);

    /// <summary>Writes a value whose places are called otherwise in errors.</summary>
    /// <param name="value">The value.</param>
    /// <param name="named">The same values under the names by which an error calls them.</param>
    public static byte[] Write(WireValue value, WireValue named)
    {
        MessagePackWriter writer = new();
        try
        {
            writer.WriteValue(value);
            return writer.ToArray();
        }
        catch (MessageFormatException refusal)
        {
            throw RefusedValue.WithPlace(refusal, named, IsRefused);
        }
        finally
        {
            writer.Dispose();
        }
    }

    private static bool IsRefused(WireValue value) => value.Kind switch
    {
        WireKind.BigInteger => value.AsBigInteger() < 0 || value.AsBigInteger() > ulong.MaxValue,
        WireKind.Text => !IsUtf16(value.AsText()),
        _ => false,
    };

    private static bool IsUtf16(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out _, out int consumed) != OperationStatus.Done)
            {
                return false;
            }

            text = text[consumed..];
        }

        return true;
    }
}
