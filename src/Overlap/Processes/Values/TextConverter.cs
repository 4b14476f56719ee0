using System.Text.Json;
using System.Text.Json.Serialization;

namespace Overlap.Processes.Values;

/// <summary>Text in JSON. JSON cannot say half a surrogate pair, and the serializer would put a question mark there: such text goes beside.</summary>
internal sealed class TextConverter : JsonConverter<string>
{
    private static readonly StringCodec Codec = new();

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options)
    {
        if (IsWhole(value))
        {
            writer.WriteStringValue(value);
        }
        else
        {
            writer.WriteNumberValue(JsonSide.Current.Write(Codec, value, writer.CurrentDepth));
        }
    }

    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number ? JsonSide.Current.Read(Codec, reader.GetInt32(), reader.CurrentDepth) : reader.GetString();

    private static bool IsWhole(ReadOnlySpan<char> text)
    {
        int at = text.IndexOfAnyInRange('\uD800', '\uDFFF');
        for (; at >= 0 && at < text.Length; at++)
        {
            if (char.IsSurrogate(text[at]) && (at + 1 == text.Length || !char.IsSurrogatePair(text[at], text[++at])))
            {
                return false;
            }
        }

        return true;
    }
}
