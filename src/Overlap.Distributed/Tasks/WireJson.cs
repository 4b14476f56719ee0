using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Tasks;

/// <summary>Values that travel as the JSON that <see cref="JsonSerializer"/> reads and writes: the bridge to users' types, never the wire itself.</summary>
internal static class WireJson
{
    // As deep as a message may be, with room for what tags it.
    private const int MaxDepth = 128;

    /// <summary>Writes a value for the serialiser to read.</summary>
    public static ReadOnlyMemory<byte> ToUtf8(WireValue value)
    {
        ArrayBufferWriter<byte> buffer = new();
        using Utf8JsonWriter writer = new(buffer, new JsonWriterOptions { SkipValidation = true, MaxDepth = MaxDepth });
        Write(writer, value);
        writer.Flush();
        return buffer.WrittenMemory;
    }

    /// <summary>Takes a value that the serialiser has written.</summary>
    public static WireValue ToWire(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.True:
                return true;
            case JsonValueKind.False:
                return false;
            case JsonValueKind.String:
                return element.GetString();
            case JsonValueKind.Number:
                return NumberOf(element);
            case JsonValueKind.Array:
                ImmutableArray<WireValue>.Builder items = ImmutableArray.CreateBuilder<WireValue>(element.GetArrayLength());
                foreach (JsonElement item in element.EnumerateArray())
                {
                    items.Add(ToWire(item));
                }

                return items.MoveToImmutable();
            case JsonValueKind.Object:
                List<KeyValuePair<string, WireValue>> entries = [];
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    entries.Add(new(property.Name, ToWire(property.Value)));
                }

                return new WireMap(entries);
            default:
                return default;
        }
    }

    /// <summary>Writes a value into what a serialiser writes.</summary>
    public static void Write(Utf8JsonWriter writer, WireValue value)
    {
        switch (value.Kind)
        {
            case WireKind.Null:
                writer.WriteNullValue();
                break;
            case WireKind.Boolean:
                writer.WriteBooleanValue(value.AsBoolean());
                break;
            case WireKind.Integer:
                writer.WriteNumberValue(value.AsInteger());
                break;
            case WireKind.BigInteger:
                writer.WriteRawValue(value.AsBigInteger().ToString(CultureInfo.InvariantCulture));
                break;
            case WireKind.Number when double.IsFinite(value.AsNumber()):
                writer.WriteNumberValue(value.AsNumber());
                break;
            case WireKind.Number:
                writer.WriteStringValue(value.AsNumber().ToString(CultureInfo.InvariantCulture));
                break;
            case WireKind.Decimal:
                writer.WriteNumberValue(value.AsDecimal());
                break;
            case WireKind.Bytes:
                writer.WriteBase64StringValue(value.AsBytes());
                break;
            case WireKind.Uuid:
                writer.WriteStringValue(value.AsUuid());
                break;
            case WireKind.Date:
                writer.WriteStringValue(value.AsDate().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
                break;
            case WireKind.Time:
                writer.WriteStringValue(value.AsTime().ToString("HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture));
                break;
            case WireKind.DateTime:
                writer.WriteStringValue(WireDates.Write(value.AsDateTime()));
                break;
            case WireKind.Text:
                writer.WriteStringValue(value.AsText());
                break;
            case WireKind.Array:
                writer.WriteStartArray();
                foreach (WireValue item in value.AsArray())
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case WireKind.Map:
                writer.WriteStartObject();
                foreach (KeyValuePair<string, WireValue> entry in value.AsMap())
                {
                    writer.WritePropertyName(entry.Key);
                    Write(writer, entry.Value);
                }

                writer.WriteEndObject();
                break;
        }
    }

    private static WireValue NumberOf(JsonElement element)
    {
        if (element.TryGetInt64(out long integer))
        {
            return integer;
        }

        string text = element.GetRawText();
        return text.AsSpan().ContainsAny('.', 'e', 'E')
            ? element.GetDouble()
            : BigInteger.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
    }
}
