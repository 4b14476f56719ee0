using System.Text.Json;
using System.Text.Json.Serialization;

namespace Overlap.Processes.Values;

/// <summary>Members of JSON objects that have a better form than text: the text has a number, the value goes beside it.</summary>
internal sealed class SideConverter<T>(ValueCodecs codecs) : JsonConverter<T>
{
    // Asked for at the first value: a type may hold itself, and then its codec is only being made.
    private ValueCodec<T>? _codec;

    public override bool HandleNull => true;

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(JsonSide.Current.Write(_codec ??= codecs.Of<T>(), value, writer.CurrentDepth));

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSide.Current.Read(_codec ??= codecs.Of<T>(), reader.GetInt32(), reader.CurrentDepth);
}

/// <summary>Makes the converters of all types that have a better form than text.</summary>
internal sealed class SideConverterFactory(ValueCodecs codecs) : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => JsonContracts.GoesBeside(typeToConvert);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(SideConverter<>).MakeGenericType(typeToConvert), codecs)!;
}
