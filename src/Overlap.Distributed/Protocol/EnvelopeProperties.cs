using System.Globalization;

namespace Overlap.Distributed.Protocol;

/// <summary>The object <c>properties</c> of kombu's envelope.</summary>
internal static class EnvelopeProperties
{
    private const int Persistent = 2;
    private const int Transient = 1;

    /// <summary>Reads the properties. Unknown ones are kept.</summary>
    /// <param name="map">The object.</param>
    /// <param name="isRedelivered">Whether something else in the envelope says that it was delivered before.</param>
    public static MessageProperties Read(WireMap map, bool isRedelivered)
    {
        string? correlationId = null, replyTo = null, deliveryTag = null;
        string exchange = "", routingKey = "";
        TimeSpan? expiration = null;
        bool isPersistent = true;
        int priority = 0;
        List<KeyValuePair<string, WireValue>>? others = null;
        foreach (ref readonly KeyValuePair<string, WireValue> entry in map.AsSpan())
        {
            WireValue value = entry.Value;
            switch (entry.Key)
            {
                case "correlation_id":
                    correlationId = TextOf(value, entry.Key);
                    break;
                case "reply_to":
                    replyTo = TextOf(value, entry.Key);
                    break;
                case "delivery_mode":
                    isPersistent = IntegerOf(value, entry.Key) != Transient;
                    break;
                case "priority":
                    priority = IntegerOf(value, entry.Key) ?? 0;
                    break;
                case "expiration":
                    expiration = ExpirationOf(value);
                    break;
                case "delivery_tag":
                    deliveryTag = value.Kind == WireKind.Integer ? value.AsInteger().ToString(CultureInfo.InvariantCulture) : TextOf(value, entry.Key);
                    break;
                case "delivery_info" when value.Kind == WireKind.Map:
                    WireMap info = value.AsMap();
                    exchange = TextOf(info["exchange"], "exchange") ?? "";
                    routingKey = TextOf(info["routing_key"], "routing_key") ?? "";
                    isRedelivered |= info["redelivered"] == true;
                    if (HasMore(info))
                    {
                        (others ??= []).Add(new(entry.Key, info.Without("exchange").Without("routing_key").Without("redelivered")));
                    }

                    break;
                case "delivery_info":
                    _ = value.IsNull ? 0 : throw Malformed($"The property 'delivery_info' is {value.Kind}, not a map.");
                    break;
                case "body_encoding":
                    break;
                default:
                    (others ??= []).Add(entry);
                    break;
            }
        }

        return new MessageProperties
        {
            CorrelationId = correlationId,
            ReplyTo = replyTo,
            IsPersistent = isPersistent,
            Priority = priority,
            Expiration = expiration,
            Exchange = exchange,
            RoutingKey = routingKey,
            DeliveryTag = deliveryTag,
            IsRedelivered = isRedelivered,
            Others = others is null ? WireMap.Empty : new WireMap([.. others], isChecked: true),
        };
    }

    /// <summary>Writes the object; the body is said to be base64.</summary>
    public static void Write(ref PythonJsonWriter writer, MessageProperties properties)
    {
        writer.WriteRaw("{"u8);
        if (properties.CorrelationId is not null)
        {
            writer.WriteRaw("\"correlation_id\": "u8);
            writer.WriteText(properties.CorrelationId);
            writer.WriteRaw(", "u8);
        }

        if (properties.ReplyTo is not null)
        {
            writer.WriteRaw("\"reply_to\": "u8);
            writer.WriteText(properties.ReplyTo);
            writer.WriteRaw(", "u8);
        }

        writer.WriteRaw("\"delivery_mode\": "u8);
        writer.WriteInteger(properties.IsPersistent ? Persistent : Transient);
        if (properties.Expiration is { } expiration)
        {
            writer.WriteRaw(", \"expiration\": "u8);
            writer.WriteText(((long)Math.Max(0, expiration.TotalMilliseconds)).ToString(CultureInfo.InvariantCulture));
        }

        writer.WriteRaw(", \"delivery_info\": {\"exchange\": "u8);
        writer.WriteText(properties.Exchange);
        writer.WriteRaw(", \"routing_key\": "u8);
        writer.WriteText(properties.RoutingKey);
        if (properties.IsRedelivered)
        {
            writer.WriteRaw(", \"redelivered\": true"u8);
        }

        WireValue restOfInfo = properties.Others["delivery_info"];
        if (restOfInfo.Kind == WireKind.Map)
        {
            WriteEntries(ref writer, restOfInfo.AsMap(), isInfo: true);
        }

        writer.WriteRaw("}, \"priority\": "u8);
        writer.WriteInteger(properties.Priority);
        writer.WriteRaw(", \"body_encoding\": \"base64\", \"delivery_tag\": "u8);
        writer.WriteText(properties.DeliveryTag);
        WriteEntries(ref writer, properties.Others, isInfo: false);
        writer.WriteRaw("}"u8);
    }

    // What has a place of its own is not written twice, whoever put it there: the result would be unreadable.
    private static void WriteEntries(ref PythonJsonWriter writer, WireMap map, bool isInfo)
    {
        foreach (ref readonly KeyValuePair<string, WireValue> entry in map.AsSpan())
        {
            bool isWritten = isInfo
                ? entry.Key is "exchange" or "routing_key" or "redelivered"
                : entry.Key is "correlation_id" or "reply_to" or "delivery_mode" or "priority" or "expiration" or "delivery_tag" or "delivery_info" or "body_encoding";
            if (!isWritten)
            {
                writer.WriteRaw(", "u8);
                writer.WriteText(entry.Key);
                writer.WriteRaw(": "u8);
                writer.WriteValue(entry.Value);
            }
        }
    }

    private static bool HasMore(WireMap info)
    {
        foreach (ref readonly KeyValuePair<string, WireValue> entry in info.AsSpan())
        {
            if (entry.Key is not ("exchange" or "routing_key" or "redelivered"))
            {
                return true;
            }
        }

        return false;
    }

    private static TimeSpan? ExpirationOf(WireValue value)
    {
        long milliseconds;
        switch (value.Kind)
        {
            case WireKind.Null:
                return null;
            case WireKind.Integer:
                milliseconds = value.AsInteger();
                break;
            case WireKind.Text when long.TryParse(value.AsText(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out milliseconds):
                break;
            default:
                throw Malformed("The property 'expiration' is no whole number of milliseconds.");
        }

        return milliseconds <= TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerMillisecond
            ? TimeSpan.FromMilliseconds(Math.Max(0, milliseconds))
            : throw new MessageFormatException(MessageDefect.NumberOverflow, "The property 'expiration' is too long.");
    }

    private static string? TextOf(WireValue value, string name) => value.Kind switch
    {
        WireKind.Null => null,
        WireKind.Text => value.AsText(),
        _ => throw Malformed($"The property '{name}' is {value.Kind}, not a text."),
    };

    private static int? IntegerOf(WireValue value, string name) => value.Kind switch
    {
        WireKind.Null => null,
        WireKind.Integer when value.AsInteger() is >= int.MinValue and <= int.MaxValue => (int)value.AsInteger(),
        WireKind.Integer or WireKind.BigInteger => throw new MessageFormatException(
            MessageDefect.NumberOverflow,
            $"The property '{name}' is too large."),
        _ => throw Malformed($"The property '{name}' is {value.Kind}, not a whole number."),
    };

    private static MessageFormatException Malformed(string what) => new(MessageDefect.Malformed, what);
}
