using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Overlap.Distributed.Hosting;

/// <summary>Writes each event of warning and above as one line of text or one JSON object.</summary>
/// <param name="writer">Where to.</param>
/// <param name="isJson">Whether lines are JSON objects.</param>
/// <param name="clock">Tells when.</param>
internal sealed class LineLog(TextWriter writer, bool isJson, TimeProvider clock) : ILoggerFactory
{
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Lock _gate = new();

    private bool IsJson => isJson;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("All goes to one place.");

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    public void Dispose()
    {
    }

    /// <summary>Writes a line of the program's own.</summary>
    public void Tell(string message) => Write(LogLevel.Information, 0, nameof(WorkerProgram), message, null);

    /// <summary>Writes why the program ends.</summary>
    public void Refuse(string message) => Write(LogLevel.Critical, 0, nameof(WorkerProgram), message, null);

    private static string WordOf(LogLevel level) => level switch
    {
        LogLevel.Warning => "warning: ",
        LogLevel.Error => "error: ",
        _ => "",
    };

    private void Write(LogLevel level, int number, string category, string message, Exception? exception)
    {
        string line = isJson ? JsonOf(level, number, category, message, exception) : $"overlap: {WordOf(level)}{OneLine(message)}";
        _gate.Enter();
        try
        {
            writer.WriteLine(line);
        }
        catch (IOException)
        {
            // Nobody reads it any more; the work goes on.
        }
        finally
        {
            _gate.Exit();
        }
    }

    private string JsonOf(LogLevel level, int number, string category, string message, Exception? exception)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, Compact))
        {
            json.WriteStartObject();
            json.WriteString("time", clock.GetUtcNow());
            json.WriteString("level", level.ToString().ToLowerInvariant());
            json.WriteNumber("event", number);
            json.WriteString("source", category);
            json.WriteString("message", message);
            if (exception is not null)
            {
                json.WriteString("exception", exception.ToString());
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static string OneLine(string text) => string.Create(text.Length, text, static (line, source) =>
    {
        for (int index = 0; index < line.Length; index++)
        {
            line[index] = char.IsControl(source[index]) ? ' ' : source[index];
        }
    });

    private sealed class Category(LineLog log, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Warning and < LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
            {
                return;
            }

            string message = formatter(state, exception);

            // A line says what happened; where in the code is for those who ask for objects.
            string? cause = log.IsJson ? null : exception?.Message.Split('\n', '\r')[0];
            message = cause is null || message.Contains(cause, StringComparison.Ordinal) ? message : $"{message}: {cause}";
            log.Write(logLevel, eventId.Id, name, message, exception);
        }
    }
}
