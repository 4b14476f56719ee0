using System.Buffers;
using System.Buffers.Text;
using System.Globalization;

namespace Overlap.Distributed.Protocol;

/// <summary>Reads and writes the JSON object in which kombu wraps a message where the transport has no properties of its own.</summary>
/// <remarks>
/// Shape: <c>{"body": "base64", "content-encoding", "content-type", "headers": {}, "properties": {}}</c>; on Redis the element of a list.
/// Units: <c>expiration</c> is a text of whole milliseconds, <c>delivery_mode</c> is 2 for kept and 1 for not.
/// Errors: only <see cref="MessageFormatException"/>. What Python workers die of, a missing property, delivery tag or destination, is read as not said.
/// Source: kombu's virtual transports, by what they put on the wire.
/// </remarks>
internal static class EnvelopeCodec
{
    private const string Body = "body";
    private const string Redelivered = "redelivered";

    /// <summary>Reads an envelope. The body is decoded from base64, and is not looked into.</summary>
    /// <exception cref="MessageFormatException">It is no envelope, or is beyond a limit.</exception>
    public static WireMessage Read(ReadOnlyMemory<byte> raw, ProtocolLimits limits)
    {
        PythonJsonReader reader = new(raw.Span, limits, Body);
        try
        {
            WireValue document = reader.ReadDocument();
            if (document.Kind != WireKind.Map)
            {
                throw Malformed($"The envelope is {document.Kind}, not a map.");
            }

            WireMap envelope = document.AsMap();
            WireMap headers = MapOf(envelope, "headers");
            if (headers.Count > limits.Headers)
            {
                throw new MessageFormatException(
                    MessageDefect.TooDeep,
                    string.Create(CultureInfo.InvariantCulture, $"The message has {headers.Count} headers; {limits.Headers} are allowed."));
            }

            WireMap properties = MapOf(envelope, "properties");
            return new WireMessage
            {
                Headers = headers,
                Properties = EnvelopeProperties.Read(properties, headers[Redelivered] == true),
                ContentType = TextOf(envelope, "content-type"),
                ContentEncoding = TextOf(envelope, "content-encoding"),
                Body = reader.HasRawText
                    ? ReadBody(reader.RawText, TextOf(properties, "body_encoding"))
                    : throw Malformed("The envelope has no text for a body."),
            };
        }
        finally
        {
            reader.Dispose();
        }
    }

    /// <summary>Writes an envelope. Values that were tagged are tagged again.</summary>
    /// <exception cref="MessageFormatException">A header or a property has no form in JSON.</exception>
    public static byte[] Write(WireMessage message)
    {
        // A message that came with a NaN among its headers leaves with it: this is the form in which messages are kept.
        PythonJsonWriter writer = new(emitsTypeTags: true, emitsNonFinite: true);
        try
        {
            writer.WriteRaw("{\"body\": "u8);
            writer.WriteBase64(message.Body.Span);
            writer.WriteRaw(", \"content-encoding\": "u8);
            writer.WriteText(message.ContentEncoding);
            writer.WriteRaw(", \"content-type\": "u8);
            writer.WriteText(message.ContentType);
            writer.WriteRaw(", \"headers\": "u8);
            bool isMarked = !message.Properties.IsRedelivered || message.Headers[Redelivered] == true;
            writer.WriteMap(isMarked ? message.Headers : message.Headers.With(Redelivered, true));
            writer.WriteRaw(", \"properties\": "u8);
            EnvelopeProperties.Write(ref writer, message.Properties);
            writer.WriteRaw("}"u8);
            return writer.ToArray();
        }
        finally
        {
            writer.Dispose();
        }
    }

    // What tells how a body is written into the envelope; nothing said means as it is.
    private static byte[] ReadBody(ReadOnlySpan<byte> text, string? encoding)
    {
        if (encoding is null or "utf-8")
        {
            return text.ToArray();
        }

        if (encoding != "base64")
        {
            throw Malformed("The body's encoding is neither base64 nor utf-8.");
        }

        byte[] bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        return Base64.DecodeFromUtf8(text, bytes, out _, out int written) == OperationStatus.Done
            ? (written == bytes.Length ? bytes : bytes[..written])
            : throw Malformed("The body is said to be base64, and is not.");
    }

    private static WireMap MapOf(WireMap map, string name) => map[name] switch
    {
        { IsNull: true } => WireMap.Empty,
        { Kind: WireKind.Map } value => value.AsMap(),
        WireValue value => throw Malformed($"The envelope's '{name}' is {value.Kind}, not a map."),
    };

    private static string? TextOf(WireMap map, string name) => map[name] switch
    {
        { IsNull: true } => null,
        { Kind: WireKind.Text } value => value.AsText(),
        WireValue value => throw Malformed($"The envelope's '{name}' is {value.Kind}, not a text."),
    };

    private static MessageFormatException Malformed(string what) => new(MessageDefect.Malformed, what);
}
