using System.Text.Json;
using System.Text.Json.Serialization;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Tasks;

/// <summary>Lets maps that travel be parts of users' types.</summary>
internal sealed class WireMapJsonConverter : JsonConverter<WireMap>
{
    public override WireMap Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using JsonDocument document = JsonDocument.ParseValue(ref reader);
        return WireJson.ToWire(document.RootElement) is { Kind: WireKind.Map } map ? map.AsMap() : throw new JsonException("The value is no map.");
    }

    public override void Write(Utf8JsonWriter writer, WireMap value, JsonSerializerOptions options) => WireJson.Write(writer, value);
}
