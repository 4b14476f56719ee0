using System.Text;

namespace Overlap.Cli.Rendering;

/// <summary>Standard error: whole lines, and below them a status of one or more lines that is redrawn in place on a terminal.</summary>
/// <remarks>Thread-safe. A closed standard error silences it and stops nobody.</remarks>
/// <param name="writer">Standard error as text, not buffered.</param>
/// <param name="stream">The same as bytes; <see langword="null"/> where bytes are written as text.</param>
internal sealed class Messages(TextWriter writer, Stream? stream = null)
{
    private const string ClearLine = "\r\e[K";
    private const string ClearBelow = "\e[J";

    private readonly Lock _gate = new();

    // Guarded by _gate.
    private string _status = "";
    private bool _closed;

    /// <summary>Writes one line above the status. Line ends inside the text become spaces: one message is one line.</summary>
    public void WriteLine(string text)
    {
        lock (_gate)
        {
            Write(_status.Length > 0 ? $"{ClearStatusLocked()}{OneLine(text)}\n{_status}" : $"{OneLine(text)}\n");
        }
    }

    /// <summary>Writes an error the way every error looks.</summary>
    public void WriteError(string text) => WriteLine($"overlap: {text}");

    /// <summary>Writes bytes as they are, above the status.</summary>
    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        BeginOutput();
        try
        {
            if (stream is null)
            {
                Write(Encoding.UTF8.GetString(bytes));
            }
            else if (!_closed)
            {
                stream.Write(bytes);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _closed = true;
        }
        finally
        {
            EndOutput(endsLine: bytes.IsEmpty || bytes[^1] == (byte)'\n');
        }
    }

    /// <summary>Takes the status away while something else is written to the same terminal. <see cref="EndOutput"/> must follow, on this thread.</summary>
    public void BeginOutput()
    {
        _gate.Enter();
        if (_status.Length > 0)
        {
            Write(ClearStatusLocked());
        }
    }

    /// <summary>Brings the status back.</summary>
    /// <param name="endsLine">Whether what was written ended with a line end; if not, the status begins on a line of its own.</param>
    public void EndOutput(bool endsLine)
    {
        if (_status.Length > 0)
        {
            Write(endsLine ? _status : $"\n{_status}");
        }

        _gate.Exit();
    }

    /// <summary>Redraws the status; an empty text removes it. Only for terminals that understand cursor movements.</summary>
    /// <param name="text">The status; no line of it may be longer than the terminal is wide.</param>
    public void SetStatus(string text)
    {
        lock (_gate)
        {
            if (text != _status)
            {
                Write(ClearStatusLocked() + text);
                _status = text;
            }
        }
    }

    private string ClearStatusLocked()
    {
        int above = _status.AsSpan().Count('\n');
        return above == 0 ? ClearLine : $"\r\e[{above}A{ClearBelow}";
    }

    private static string OneLine(string text) => text.AsSpan().ContainsAny('\n', '\r') ? text.ReplaceLineEndings(" ") : text;

    private void Write(string text)
    {
        if (_closed)
        {
            return;
        }

        try
        {
            writer.Write(text);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _closed = true;
        }
    }
}
