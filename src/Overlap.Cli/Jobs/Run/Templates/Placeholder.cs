using System.Globalization;

namespace Overlap.Cli.Jobs.Run.Templates;

/// <summary>A place in a command where something of the item goes.</summary>
/// <param name="Column">Which column, from 1; 0 for the whole item, <see cref="SequenceColumn"/> for its number.</param>
/// <param name="Part">What of it.</param>
internal readonly record struct Placeholder(int Column, ItemPart Part)
{
    public const int SequenceColumn = -1;

    /// <summary>Reads what stands between braces.</summary>
    /// <param name="text">Such as nothing at all, <c>.</c>, <c>#</c>, <c>2</c>, <c>2/.</c>, or a column's name.</param>
    /// <param name="names">The names of the columns; empty when they have none.</param>
    /// <returns>The placeholder, or <see langword="null"/> when the text is none, and stands for itself.</returns>
    public static Placeholder? TryParse(ReadOnlySpan<char> text, IReadOnlyList<string> names)
    {
        if (text is "#")
        {
            return new Placeholder(SequenceColumn, ItemPart.Whole);
        }

        (string Suffix, ItemPart Part)[] parts =
        [
            ("/.", ItemPart.NameWithoutExtension), ("//", ItemPart.Folder), ("/", ItemPart.Name), (".", ItemPart.WithoutExtension), ("", ItemPart.Whole),
        ];
        foreach ((string suffix, ItemPart part) in parts)
        {
            if (text.EndsWith(suffix) && ColumnOf(text[..^suffix.Length], names) is { } column)
            {
                return new Placeholder(column, part);
            }
        }

        return null;
    }

    /// <summary>Gives what it stands for.</summary>
    /// <param name="item">The item.</param>
    /// <param name="value">The value.</param>
    /// <returns>Whether the item has the column.</returns>
    public bool TryGetValue(RunItem item, out ReadOnlySpan<byte> value)
    {
        if (Column == SequenceColumn)
        {
            value = System.Text.Encoding.ASCII.GetBytes(item.Sequence.ToString(CultureInfo.InvariantCulture));
            return true;
        }

        if (Column > item.Columns.Count)
        {
            value = default;
            return false;
        }

        value = PartOf(Column == 0 ? item.Text : item.Columns[Column - 1]);
        return true;
    }

    private static int? ColumnOf(ReadOnlySpan<char> text, IReadOnlyList<string> names)
    {
        if (text.IsEmpty)
        {
            return 0;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0)
        {
            return number;
        }

        for (int i = 0; i < names.Count; i++)
        {
            if (text.SequenceEqual(names[i]))
            {
                return i + 1;
            }
        }

        return null;
    }

    private ReadOnlySpan<byte> PartOf(ReadOnlySpan<byte> text)
    {
        int slash = text.LastIndexOf((byte)'/');
        ReadOnlySpan<byte> name = text[(slash + 1)..];
        int point = name.LastIndexOf((byte)'.');

        // A name that only begins with a full stop has no extension.
        int extension = point > 0 ? name.Length - point : 0;
        return Part switch
        {
            ItemPart.WithoutExtension => text[..^extension],
            ItemPart.Name => name,
            ItemPart.NameWithoutExtension => name[..^extension],
            ItemPart.Folder => slash switch
            {
                < 0 => "."u8,
                0 => "/"u8,
                _ => text[..slash],
            },
            _ => text,
        };
    }
}
