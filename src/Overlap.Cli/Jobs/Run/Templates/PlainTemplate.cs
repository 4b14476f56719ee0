using Overlap.Cli.Jobs.Run.Children;

namespace Overlap.Cli.Jobs.Run.Templates;

/// <summary>A command whose words go to its program as they are.</summary>
internal sealed class PlainTemplate : CommandTemplate
{
    private readonly IReadOnlyList<TemplatePiece>[] _words;
    private readonly bool _hasPlaceholder;

    public PlainTemplate(IReadOnlyList<string> words, IReadOnlyList<string> names)
    {
        _words = [.. words.Select(word => TemplatePiece.Split(word, names))];
        _hasPlaceholder = _words.Any(static word => word.Any(static piece => piece.Placeholder is not null));
    }

    /// <inheritdoc/>
    public override string? FixedProgram => _words[0] switch
    {
        [] => "",
        [{ Placeholder: null } only] => only.Literal,
        _ => null,
    };

    /// <inheritdoc/>
    public override string? Fill(RunItem item, WordBlock words)
    {
        words.Clear();
        foreach (IReadOnlyList<TemplatePiece> word in _words)
        {
            words.BeginWord();
            foreach (TemplatePiece piece in word)
            {
                ReadOnlySpan<byte> bytes = piece.Bytes;
                if (piece.Placeholder is { } placeholder && TryGet(placeholder, item, out bytes) is { } problem)
                {
                    return problem;
                }

                words.Append(bytes);
            }

            words.EndWord();
        }

        if (!_hasPlaceholder)
        {
            foreach (Placeholder column in Columns(item))
            {
                if (TryGet(column, item, out ReadOnlySpan<byte> bytes) is { } problem)
                {
                    return problem;
                }

                words.AddWord(bytes);
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public override string Describe(RunItem item)
    {
        IEnumerable<string> words = _words.Select(word => string.Concat(word.Select(piece =>
            piece.Placeholder is { } placeholder ? TextOf(placeholder, item) : piece.Literal)));
        IEnumerable<string> added = _hasPlaceholder ? [] : Columns(item).Select(column => TextOf(column, item));
        return string.Join(' ', words.Concat(added).Select(ShellQuote.Of));
    }
}
