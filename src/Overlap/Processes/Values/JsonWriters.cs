using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Overlap.Processes.Values;

/// <summary>Writes JSON into a payload with a writer that each thread uses again.</summary>
internal static class JsonWriters
{
    [ThreadStatic]
    private static Utf8JsonWriter? _spare;

    public static void Write<T>(PayloadWriter payload, T value, JsonTypeInfo<T> contract)
    {
        Utf8JsonWriter? writer = _spare;
        _spare = null;
        if (writer is null)
        {
            writer = new Utf8JsonWriter(payload, new JsonWriterOptions { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        }
        else
        {
            writer.Reset(payload);
        }

        try
        {
            JsonSerializer.Serialize(writer, value, contract);
            writer.Flush();
        }
        finally
        {
            // Lets go of the payload, and of what a failure left half written.
            writer.Reset(NoPayload.Instance);
            _spare = writer;
        }
    }

    private static class NoPayload
    {
        public static readonly System.Buffers.IBufferWriter<byte> Instance = new System.Buffers.ArrayBufferWriter<byte>(1);
    }
}
