using System.Text.Json;
using System.Text.Json.Serialization;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Tasks;

/// <summary>Lets values that travel be parts of users' types.</summary>
internal sealed class WireValueJsonConverter : JsonConverter<WireValue>
{
    public override bool HandleNull => true;

    public override WireValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using JsonDocument document = JsonDocument.ParseValue(ref reader);
        return WireJson.ToWire(document.RootElement);
    }

    public override void Write(Utf8JsonWriter writer, WireValue value, JsonSerializerOptions options) => WireJson.Write(writer, value);
}
