using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Overlap.Cli.Rendering;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;

namespace Overlap.Cli.Queues;

/// <summary>What the queue's verbs print. Texts that came over the wire lose their control characters before a terminal sees them.</summary>
internal static class QueueText
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true, MaxDepth = 256 };

    /// <summary>Prints one JSON value on a line.</summary>
    public static void PrintJson(Terminal terminal, Action<Utf8JsonWriter> write)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, Options))
        {
            write(json);
        }

        stream.WriteByte((byte)'\n');
        terminal.Output.Write(stream.GetBuffer(), 0, (int)stream.Length);
    }

    public static void Print(Terminal terminal, string text) => terminal.Output.Write(Encoding.UTF8.GetBytes(text + "\n"));

    /// <summary>Prints what a call returned.</summary>
    public static void PrintResult(Terminal terminal, WireValue value) => PrintJson(terminal, json => WireJson.Write(json, value));

    /// <summary>Writes a call's document.</summary>
    public static void WriteDocument(Utf8JsonWriter json, string id, ResultDocument? document)
    {
        json.WriteStartObject();
        json.WriteNumber("version", 1);
        json.WriteString("id", id);
        json.WriteString("state", document?.StateName ?? "PENDING");
        json.WritePropertyName("result");
        WireJson.Write(json, document?.Result ?? default);
        if (document?.Error is { } error)
        {
            json.WriteStartObject("error");
            json.WriteString("type", error.Type);
            json.WriteString("message", error.Message);
            json.WriteString("module", error.Module);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("error");
        }

        json.WriteString("traceback", document?.Traceback);
        if (document?.DoneAt is { } done)
        {
            json.WriteString("doneAt", done);
        }
        else
        {
            json.WriteNull("doneAt");
        }

        json.WriteEndObject();
    }

    /// <summary>Says in one line what became of a call that did not succeed.</summary>
    public static string Failure(ResultDocument document)
    {
        string what = document.State == TaskState.Revoked ? "was revoked" : "failed";
        return Clean(document.Error is { } error
            ? $"{document.TaskId} {what}: {error.Type}: {error.Message}"
            : $"{document.TaskId} {what}");
    }

    /// <summary>Writes a dead letter.</summary>
    public static void WriteLetter(Utf8JsonWriter json, DeadLetterRecord letter, bool hasMessage)
    {
        json.WriteStartObject();
        json.WriteString("id", letter.Id);
        json.WriteString("queue", letter.Queue);
        json.WriteString("at", letter.At);
        json.WriteString("defect", letter.Cause.Defect.ToString());
        json.WriteString("detail", letter.Cause.Detail);
        json.WriteNumber("bytes", letter.Raw.Length);
        if (hasMessage)
        {
            json.WriteString("message", Encoding.UTF8.GetString(letter.Raw.Span));
        }

        json.WriteEndObject();
    }

    /// <summary>A text without control characters.</summary>
    public static string Clean(string text) => string.Concat(text.Select(static character => char.IsControl(character) ? ' ' : character));
}
