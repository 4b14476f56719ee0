namespace Overlap.Distributed.Protocol;

/// <summary>Reads and writes an exception as a result document and the parts of a chord hold it.</summary>
/// <remarks>
/// Shape: <c>{"exc_type": "ValueError", "exc_message": ["boom"], "exc_module": "builtins"}</c>, where the message is the list of the exception's arguments,
/// or one text in older writers. A text in place of the whole is read as the only argument of an <c>Exception</c>.
/// Errors: without a text for its type it is <see cref="MessageDefect.Malformed"/>. Names are data: no type is looked up by them.
/// </remarks>
internal static class RemoteErrorCodec
{
    private const string Unnamed = "Exception";

    /// <summary>Reads an exception.</summary>
    public static RemoteError Read(WireValue value)
    {
        if (value.Kind == WireKind.Text)
        {
            return new RemoteError(Unnamed, [value], Module: null);
        }

        if (value.Kind != WireKind.Map || value.AsMap()["exc_type"] is not { Kind: WireKind.Text } type)
        {
            throw new MessageFormatException(MessageDefect.Malformed, $"The exception is {value.Kind} without a text for its type.");
        }

        WireMap map = value.AsMap();
        WireValue message = map["exc_message"];
        WireValue module = map["exc_module"];
        return new RemoteError(
            type.AsText(),
            message.Kind switch
            {
                WireKind.Array => message.AsArray(),
                WireKind.Null => [],
                _ => [message],
            },
            module.Kind == WireKind.Text ? module.AsText() : null);
    }

    /// <summary>Writes an exception.</summary>
    public static WireValue Write(RemoteError error) => new WireMap(
        KeyValuePair.Create<string, WireValue>("exc_type", error.Type),
        KeyValuePair.Create<string, WireValue>("exc_message", error.Arguments),
        KeyValuePair.Create<string, WireValue>("exc_module", error.Module));
}
