using System.Text;

namespace Overlap.Cli.Jobs.Run.Templates;

/// <summary>A piece of a word of a command: text that stands for itself, or a placeholder.</summary>
/// <param name="Literal">The text; empty for a placeholder.</param>
/// <param name="Placeholder">The placeholder; <see langword="null"/> for text.</param>
internal sealed record TemplatePiece(string Literal, Placeholder? Placeholder)
{
    public byte[] Bytes { get; } = Encoding.UTF8.GetBytes(Literal);

    /// <summary>Cuts a word into its pieces.</summary>
    /// <param name="word">The word.</param>
    /// <param name="names">The names of the columns.</param>
    public static IReadOnlyList<TemplatePiece> Split(string word, IReadOnlyList<string> names)
    {
        List<TemplatePiece> pieces = [];
        int from = 0;
        int at = 0;
        while (at < word.Length && word.IndexOf('{', at) is >= 0 and int open && word.IndexOf('}', open) is >= 0 and int close)
        {
            if (Templates.Placeholder.TryParse(word.AsSpan(open + 1, close - open - 1), names) is { } placeholder)
            {
                AddLiteral(pieces, word[from..open]);
                pieces.Add(new TemplatePiece("", placeholder));
                from = at = close + 1;
            }
            else
            {
                at = open + 1;
            }
        }

        AddLiteral(pieces, word[from..]);
        return pieces;
    }

    private static void AddLiteral(List<TemplatePiece> pieces, string text)
    {
        if (text.Length > 0)
        {
            pieces.Add(new TemplatePiece(text, null));
        }
    }
}
