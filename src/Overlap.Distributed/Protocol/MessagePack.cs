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
    /// <exception cref="MessageFormatException">It holds a whole number of more than 64 bits, or half of a surrogate pair, or is nested too deep.</exception>
    public static byte[] Write(WireValue value)
    {
        MessagePackWriter writer = new();
        try
        {
            writer.WriteValue(value);
            return writer.ToArray();
        }
        finally
        {
            writer.Dispose();
        }
    }
}
