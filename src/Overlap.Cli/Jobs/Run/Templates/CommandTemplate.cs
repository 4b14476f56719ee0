using System.Text;
using Overlap.Cli.Jobs.Run.Children;

namespace Overlap.Cli.Jobs.Run.Templates;

/// <summary>A command with placeholders: makes the words of each item's own command.</summary>
/// <remarks>
/// Shape: pieces of text and placeholders for every word. Without a placeholder the item's columns are added as words of their own.
/// An item is never read by a shell: not without one, and with one because it is handed over as a parameter and not as text.
/// Errors: an item without a column that the command names, or with a NUL, has no command; the reason is given.
/// </remarks>
internal abstract class CommandTemplate
{
    /// <summary>Makes the template of a command.</summary>
    /// <param name="words">The words as the user wrote them.</param>
    /// <param name="shell">Whether a shell reads them, as one text.</param>
    /// <param name="names">The names of the columns.</param>
    public static CommandTemplate Create(IReadOnlyList<string> words, bool shell, IReadOnlyList<string> names) => (shell, words.Count) switch
    {
        (false, _) => new PlainTemplate(words, names),
        (_, 0) => new ScriptTemplate(),
        _ => new ShellTemplate(string.Join(' ', words), names),
    };

    /// <summary>The first word, if it is the same for all items.</summary>
    public abstract string? FixedProgram { get; }

    /// <summary>Writes the words of an item's command.</summary>
    /// <param name="item">The item.</param>
    /// <param name="words">Where to.</param>
    /// <returns>Why the item has no command; <see langword="null"/> when it has.</returns>
    public abstract string? Fill(RunItem item, WordBlock words);

    /// <summary>Writes an item's command as a user could type it.</summary>
    public abstract string Describe(RunItem item);

    /// <summary>Gives the value of a placeholder.</summary>
    /// <returns>Why there is none; <see langword="null"/> when there is.</returns>
    protected static string? TryGet(Placeholder placeholder, RunItem item, out ReadOnlySpan<byte> value)
    {
        if (!placeholder.TryGetValue(item, out value))
        {
            return $"the command names column {placeholder.Column}, and the item has {Rendering.Text.Count(item.Columns.Count, "column", "columns")}";
        }

        return value.Contains((byte)0) ? "the item has a NUL byte, which no argument can hold (items that end with NUL are read with -0)" : null;
    }

    protected static string TextOf(Placeholder placeholder, RunItem item) =>
        placeholder.TryGetValue(item, out ReadOnlySpan<byte> value) ? Encoding.UTF8.GetString(value) : "";

    /// <summary>The placeholders that are added to a command that has none: every column.</summary>
    protected static IEnumerable<Placeholder> Columns(RunItem item)
    {
        for (int column = 1; column <= item.Columns.Count; column++)
        {
            yield return new Placeholder(column, ItemPart.Whole);
        }
    }
}
