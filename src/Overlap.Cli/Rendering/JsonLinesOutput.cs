using System.Buffers;
using System.Text.Json;
using Overlap.Cli.Jobs;

namespace Overlap.Cli.Rendering;

/// <summary>One JSON object per item: item, status, seconds, attempts, error, message, and the job's own fields.</summary>
internal sealed class JsonLinesOutput(OutputPipe output) : DataOutput(output)
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    public override void OnEnded(in ItemEnd end)
    {
        _buffer.ResetWrittenCount();
        using (Utf8JsonWriter json = new(_buffer, JsonText.Compact))
        {
            json.WriteStartObject();
            json.WriteString("item", end.Result.Item);
            json.WriteString("status", StatusOf(end));
            json.WriteNumber("seconds", JsonText.Seconds(end.Duration));
            json.WriteNumber("attempts", end.Result.Attempts);
            json.WriteString("error", end.Result.ErrorKind);
            json.WriteString("message", end.Result.Message);
            foreach (ItemField field in end.Result.Fields)
            {
                JsonText.WriteField(json, field);
            }

            json.WriteEndObject();
        }

        _buffer.Write(NewLine);
        Output.Write(_buffer.WrittenSpan);
    }
}
