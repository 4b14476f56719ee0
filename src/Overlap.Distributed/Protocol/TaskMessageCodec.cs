using System.Collections.Immutable;
using System.Globalization;

namespace Overlap.Distributed.Protocol;

/// <summary>Reads and writes calls of tasks as messages: Celery's protocol 2, and for reading also 1 and the mixture of both.</summary>
/// <remarks>
/// Shape: in version 2 the headers say what the call is, and the body is a list of three: arguments, arguments by name, and what is to follow.
/// A header <c>task</c> tells version 2; a body that is a map with <c>args</c> beside it is the mixture, in which the headers win; without that
/// header, the body of version 1 says all, and names <c>task</c> and <c>id</c>.
/// Units: dates and seconds on the wire; converted here and in the types beneath only.
/// Errors: only <see cref="MessageFormatException"/>, whose defect is the reason in the dead letters.
/// Source: Celery message protocol 2 and 1, as their senders write them.
/// </remarks>
internal static class TaskMessageCodec
{
    private const string JsonType = "application/json";
    private const string MessagePackType = "application/x-msgpack";

    /// <summary>Reads a call.</summary>
    /// <param name="message">The message.</param>
    /// <param name="limits">What it may hold.</param>
    /// <param name="now">The time, against which the distance of an eta is measured; <see langword="null"/>: it is not.</param>
    /// <exception cref="MessageFormatException">It is no call of any version, or is beyond a limit, or of a type that is not read.</exception>
    public static TaskMessage Read(WireMessage message, ProtocolLimits limits, DateTimeOffset? now = null)
    {
        if (message.Headers.Count > limits.Headers)
        {
            throw new MessageFormatException(
                MessageDefect.TooDeep,
                string.Create(CultureInfo.InvariantCulture, $"The message has {message.Headers.Count} headers; {limits.Headers} are allowed."));
        }

        TaskFields fields = new(limits);
        fields.TakeHeaders(message.Headers);
        ContentKind content = ContentOf(message.ContentType);
        WireValue payload = ReadBody(message.Body, fields.Compression, content, limits);
        TaskMessage task = fields.Task is not null && payload.Kind == WireKind.Array
            ? ReadSecond(fields, payload.AsArray(), message, content, limits)
            : ReadFirst(fields, payload, message, content, limits);
        return now is not { } moment || task.Eta is not { } eta || eta - moment <= limits.Eta
            ? task
            : throw new MessageFormatException(
                MessageDefect.InvalidDate,
                string.Create(CultureInfo.InvariantCulture, $"The eta {eta:O} is further ahead than {limits.Eta.TotalDays} days."));
    }

    /// <summary>Writes a call in version 2.</summary>
    /// <param name="message">The call.</param>
    /// <param name="emitsTypeTags">Whether dates, decimals, UUIDs and bytes are tagged; see <see cref="PythonJson"/>.</param>
    /// <param name="emitsNonFinite">Whether NaN and the infinities are written: to be said when a message that came is sent on, so that nothing that was read is lost.</param>
    /// <exception cref="MessageFormatException">A value has no form in the content type; the message names the place.</exception>
    public static WireMessage Write(TaskMessage message, bool emitsTypeTags = false, bool emitsNonFinite = false)
    {
        byte[] body = message.Content == ContentKind.MessagePack
            ? TaskBody.WriteMessagePack(message)
            : TaskBody.WriteJson(message, emitsTypeTags, emitsNonFinite);
        return new WireMessage
        {
            Headers = TaskHeaders.Write(message, emitsTypeTags, emitsNonFinite),
            Properties = message.Properties.CorrelationId is null ? message.Properties with { CorrelationId = message.Id } : message.Properties,
            ContentType = message.Content == ContentKind.MessagePack ? MessagePackType : JsonType,
            ContentEncoding = message.Content == ContentKind.MessagePack ? "binary" : "utf-8",
            Body = message.IsCompressed ? BodyCompression.Deflate(body) : body,
        };
    }

    private static TaskMessage ReadSecond(TaskFields fields, ImmutableArray<WireValue> body, WireMessage message, ContentKind content, ProtocolLimits limits)
    {
        if (body is not [{ Kind: WireKind.Array } args, { Kind: WireKind.Map } kwargs, { Kind: WireKind.Map or WireKind.Null } embedded])
        {
            throw new MessageFormatException(
                MessageDefect.Malformed,
                string.Create(CultureInfo.InvariantCulture, $"The body is not a list of arguments, arguments by name and what follows: it has {body.Length} parts, {string.Join(", ", body.Take(4).Select(part => part.Kind))}."));
        }

        EmbeddedSignatures signatures = EmbeddedSignatures.Read(embedded.IsNull ? WireMap.Empty : embedded.AsMap(), hasChain: true, limits);
        return fields.ToMessage(args.AsArray(), kwargs.AsMap(), signatures, message.Properties, content);
    }

    // Version 1, and the mixture, where the headers are taken last and so win.
    private static TaskMessage ReadFirst(TaskFields fields, WireValue payload, WireMessage message, ContentKind content, ProtocolLimits limits)
    {
        bool isMixture = fields.Task is not null;
        WireMap? body = payload.Kind == WireKind.Map ? payload.AsMap() : null;
        if (isMixture && body?.ContainsKey("args") != true)
        {
            throw new MessageFormatException(MessageDefect.Malformed, $"The body is {payload.Kind}, not a list of three.");
        }

        if (!isMixture && (body is null || body["task"].IsNull || body["id"].IsNull))
        {
            throw new MessageFormatException(MessageDefect.NotATask, "The message has no header 'task', and its body names no task and id.");
        }

        fields = new TaskFields(limits);
        fields.TakeBody(body!);
        fields.TakeHeaders(message.Headers);
        ImmutableArray<WireValue> args = body!["args"] switch
        {
            { Kind: WireKind.Array } list => list.AsArray(),
            { IsNull: true } when !body.ContainsKey("args") => [],
            WireValue other => throw new MessageFormatException(MessageDefect.Malformed, $"The body's 'args' is {other.Kind}, not a list."),
        };
        WireMap kwargs = body["kwargs"] switch
        {
            { Kind: WireKind.Map } map => map.AsMap(),
            { IsNull: true } when !body.ContainsKey("kwargs") => WireMap.Empty,
            WireValue other => throw new MessageFormatException(MessageDefect.Malformed, $"The body's 'kwargs' is {other.Kind}, not a map."),
        };
        return fields.ToMessage(args, kwargs, EmbeddedSignatures.Read(body, hasChain: false, limits), message.Properties, content);
    }

    private static ContentKind ContentOf(string? type)
    {
        switch (type)
        {
            case JsonType:
                return ContentKind.Json;
            case MessagePackType:
                return ContentKind.MessagePack;
            case null:
                throw new MessageFormatException(MessageDefect.ContentTypeRefused, "The message does not say its content type.");
        }

        // Other writers add a character set.
        ReadOnlySpan<char> bare = type.AsSpan();
        bare = (bare.IndexOf(';') is >= 0 and int end ? bare[..end] : bare).Trim();
        return bare.Equals(JsonType, StringComparison.OrdinalIgnoreCase) ? ContentKind.Json
            : bare.Equals(MessagePackType, StringComparison.OrdinalIgnoreCase) ? ContentKind.MessagePack
            : throw new MessageFormatException(
                MessageDefect.ContentTypeRefused,
                $"The content type {PythonRepr.Of(type.Length <= 64 ? type : type[..64])} is not read; {JsonType} and {MessagePackType} are.");
    }

    private static WireValue ReadBody(ReadOnlyMemory<byte> body, string? compression, ContentKind content, ProtocolLimits limits)
    {
        if (compression is not null)
        {
            body = BodyCompression.IsZlib(compression)
                ? BodyCompression.Inflate(body, limits.MessageBytes)
                : throw new MessageFormatException(
                    MessageDefect.CompressionRefused,
                    $"The compression {PythonRepr.Of(compression.Length <= 64 ? compression : compression[..64])} is not read; {BodyCompression.HeaderValue} is.");
        }

        return content == ContentKind.Json ? PythonJson.Read(body.Span, limits) : MessagePack.Read(body.Span, limits);
    }
}
