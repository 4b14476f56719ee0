using System.Text;

namespace Overlap.Cli.Manuals;

/// <summary>Builds a document of man(7) macros. Whatever is handed in is text: none of it can become a request.</summary>
internal sealed class RoffText
{
    private readonly StringBuilder _text = new();

    public RoffText Title(string name, int section, string source)
    {
        // Standing first: the encoding, for a reader that looks for it.
        _text.Append("'\\\" -*- coding: UTF-8 -*-\n");
        _text.Append($".TH {Quoted(name)} {section} \"\" {Quoted(source)} \"User Commands\"\n");
        return this;
    }

    public RoffText Section(string title)
    {
        _text.Append($".SH {Quoted(title)}\n");
        return this;
    }

    public RoffText Subsection(string title)
    {
        _text.Append($".SS {Quoted(title)}\n");
        return this;
    }

    /// <summary>A paragraph that is filled.</summary>
    public RoffText Text(string text)
    {
        _text.Append($".PP\n{Line(text)}\n");
        return this;
    }

    /// <summary>A paragraph whose lines stay apart.</summary>
    public RoffText Lines(params IEnumerable<string> lines)
    {
        _text.Append(".PP\n.nf\n");
        foreach (string line in lines)
        {
            _text.Append(Line(line)).Append('\n');
        }

        _text.Append(".fi\n");
        return this;
    }

    /// <summary>An option and what it is for.</summary>
    public RoffText Entry(string names, string? value, string meaning)
    {
        _text.Append($".TP\n\\fB{Escape(names)}\\fR{(value is null ? "" : $" \\fI{Escape(value)}\\fR")}\n{Line(meaning)}\n");
        return this;
    }

    /// <summary>A command line and what it is good for.</summary>
    public RoffText Example(string command, string meaning)
    {
        _text.Append($".PP\n{Line(char.ToUpperInvariant(meaning[0]) + meaning[1..])}:\n.RS 4\n.nf\n{Line(command)}\n.fi\n.RE\n");
        return this;
    }

    public override string ToString() => _text.ToString();

    // A line must not begin with what would make it a request; an empty one would be a gap.
    private static string Line(string text) => text.Length == 0 ? "\\&" : (text[0] is '.' or '\'' ? "\\&" : "") + Escape(text);

    // A hyphen of a command line is pasted as one, not as a dash; a quote stays straight, and a tilde or caret low.
    private static string Escape(string text)
    {
        StringBuilder escaped = new();
        foreach (char letter in text)
        {
            _ = letter switch
            {
                '\\' => escaped.Append("\\e"),
                '-' => escaped.Append("\\-"),
                '\'' => escaped.Append("\\(aq"),
                '`' => escaped.Append("\\(ga"),
                '^' => escaped.Append("\\(ha"),
                '~' => escaped.Append("\\(ti"),
                '…' => escaped.Append("..."),
                '\n' => escaped.Append(' '),
                _ => escaped.Append(letter),
            };
        }

        return escaped.ToString();
    }

    private static string Quoted(string text) => $"\"{Escape(text).Replace("\"", "\\(dq", StringComparison.Ordinal)}\"";
}
