namespace Overlap.Cli.Rendering;

/// <summary>Standard error: whole lines, and below them a status of one or more lines that is redrawn in place on a terminal.</summary>
/// <remarks>Thread-safe. A closed standard error silences it and stops nobody.</remarks>
internal sealed class Messages(TextWriter writer)
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
