using System.Text.Encodings.Web;
using System.Text.Json;
using Overlap.Cli.Jobs;

namespace Overlap.Cli.Rendering;

/// <summary>How the program writes JSON: readable text, times in seconds with microseconds.</summary>
internal static class JsonText
{
    /// <summary>One object on one line.</summary>
    /// <remarks>The relaxed encoder keeps addresses readable; the output goes to a file or a pipe, never into a web page.</remarks>
    public static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes one value on one line.</summary>
    /// <returns>The line with its end, as UTF-8.</returns>
    public static byte[] Line(Action<Utf8JsonWriter> write)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, Compact))
        {
            write(json);
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    // Decimals: a small double would be written with an exponent.
    public static decimal Seconds(TimeSpan time) => Math.Round(time.Ticks / (decimal)TimeSpan.TicksPerSecond, 6);

    public static decimal Number(double value) => double.IsFinite(value) && Math.Abs(value) < 1e15 ? Math.Round((decimal)value, 4) : 0;

    /// <summary>Writes a number, or <c>null</c> where there is none.</summary>
    public static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, Number(number));
        }
        else
        {
            json.WriteNull(name);
        }
    }

    public static void WriteField(Utf8JsonWriter json, ItemField field)
    {
        if (field.Text is { } text)
        {
            json.WriteString(field.Name, text);
        }
        else if (field.Number is { } number)
        {
            json.WriteNumber(field.Name, number);
        }
        else if (field.Flag is { } flag)
        {
            json.WriteBoolean(field.Name, flag);
        }
        else
        {
            json.WriteNull(field.Name);
        }
    }
}
