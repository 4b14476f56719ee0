using System.Globalization;
using System.Text;
using Overlap.Cli.Jobs.Run.Children;

namespace Overlap.Cli.Jobs.Run.Templates;

/// <summary>A command that a shell reads: the text is the same for all items, what they put into it comes as parameters.</summary>
/// <remarks>
/// Shape: a placeholder becomes a reference to a parameter, quoted as the place demands where it stands: bare, between double quotes, or between
/// single ones. The value of a parameter is not read again by the shell, so nothing in an item can become a command. Inside a command substitution
/// within double quotes the reference stands bare: there an item may fall into several words, and still no part of it is run.
/// </remarks>
internal sealed class ShellTemplate : CommandTemplate
{
    public const string Shell = "/bin/sh";

    private readonly IReadOnlyList<TemplatePiece> _pieces;
    private readonly List<Placeholder> _parameters = [];
    private readonly byte[] _script;

    public ShellTemplate(string text, IReadOnlyList<string> names)
    {
        _pieces = TemplatePiece.Split(text, names);
        StringBuilder script = new();
        ShellQuoting quoting = default;
        foreach (TemplatePiece piece in _pieces)
        {
            script.Append(piece.Placeholder is { } placeholder ? Reference(placeholder, quoting) : quoting.Read(piece.Literal));
        }

        if (_parameters.Count == 0)
        {
            script.Append(" \"$@\"");
        }

        _script = Encoding.UTF8.GetBytes(script.ToString());
    }

    /// <inheritdoc/>
    public override string FixedProgram => Shell;

    private bool HasPlaceholder => _parameters.Count > 0;

    /// <inheritdoc/>
    public override string? Fill(RunItem item, WordBlock words)
    {
        words.Clear();
        words.AddWord("sh"u8);
        words.AddWord("-c"u8);
        words.AddWord(_script);
        words.AddWord("sh"u8);
        foreach (Placeholder parameter in HasPlaceholder ? _parameters : Columns(item))
        {
            if (TryGet(parameter, item, out ReadOnlySpan<byte> bytes) is { } problem)
            {
                return problem;
            }

            words.AddWord(bytes);
        }

        return null;
    }

    /// <inheritdoc/>
    public override string Describe(RunItem item)
    {
        string text = string.Concat(_pieces.Select(piece => piece.Placeholder is { } placeholder ? ShellQuote.Of(TextOf(placeholder, item)) : piece.Literal));
        return HasPlaceholder ? text : string.Join(' ', [text, .. Columns(item).Select(column => ShellQuote.Of(TextOf(column, item)))]);
    }

    private string Reference(Placeholder placeholder, ShellQuoting quoting)
    {
        if (quoting.IsEscaped)
        {
            throw new RunException(ExitCode.Usage, "a backslash stands before a placeholder in the command: an item is quoted already, and needs none");
        }

        int index = _parameters.IndexOf(placeholder);
        if (index < 0)
        {
            index = _parameters.Count;
            _parameters.Add(placeholder);
        }

        string parameter = string.Create(CultureInfo.InvariantCulture, $"${{{index + 1}}}");
        return quoting.State switch
        {
            ShellQuotingState.Double => parameter,
            ShellQuotingState.Single => $"'\"{parameter}\"'",
            _ => $"\"{parameter}\"",
        };
    }
}
