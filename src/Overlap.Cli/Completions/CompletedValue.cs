using System.CommandLine;
using Overlap.Cli.Arguments;

namespace Overlap.Cli.Completions;

/// <summary>A value as a shell sees it.</summary>
/// <param name="Name">What the help calls it.</param>
/// <param name="Kind">What can be offered for it.</param>
/// <param name="Words">The words, where the kind has some.</param>
internal sealed record CompletedValue(string Name, ValueKind Kind, IReadOnlyList<string> Words)
{
    public static readonly CompletedValue None = new("", ValueKind.None, []);

    public static CompletedValue Of(Option option) => option.HelpName is string name ? Of(name, OfferedWords.Of(option)) : None;

    /// <summary>What can stand behind the options: of several arguments, the first that something can be offered for.</summary>
    public static CompletedValue Of(IReadOnlyList<Argument> arguments)
    {
        CompletedValue[] values = [.. arguments.Select(static argument => Of(argument.HelpName ?? argument.Name, OfferedWords.Of(argument)))];
        return values.FirstOrDefault(static value => value.Kind != ValueKind.Text) ?? values.FirstOrDefault() ?? None;
    }

    // The help's own word for the value tells its kind: a reader and a shell learn the same.
    private static CompletedValue Of(string name, IReadOnlyList<string> words) => name switch
    {
        "LIST" when words.Count > 0 => new CompletedValue(name, ValueKind.List, words),
        _ when words.Count > 0 => new CompletedValue(name, ValueKind.Words, words),
        _ when name.Contains("COMMAND", StringComparison.Ordinal) => new CompletedValue(name, ValueKind.Command, words),
        _ when name.Contains("FILE", StringComparison.Ordinal) || name.Contains("PICTURE", StringComparison.Ordinal) => new CompletedValue(name, ValueKind.File, words),
        _ when name.Contains("DIR", StringComparison.Ordinal) => new CompletedValue(name, ValueKind.Folder, words),
        _ => new CompletedValue(name, ValueKind.Text, words),
    };
}
