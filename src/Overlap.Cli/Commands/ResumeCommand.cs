namespace Overlap.Cli.Commands;

/// <summary>The command line that does the rest of a stopped run.</summary>
internal static class ResumeCommand
{
    public static string Of(IReadOnlyList<string> arguments)
    {
        IEnumerable<string> words = arguments.Select(Quote);
        return string.Join(' ', arguments.Contains("--resume") ? ["overlap", .. words] : ["overlap", .. words, "--resume"]);
    }

    /// <summary>Quotes a word for a POSIX shell where it must be.</summary>
    private static string Quote(string word) =>
        word.Length > 0 && word.All(static letter => char.IsAsciiLetterOrDigit(letter) || "-_./:=,+@%".Contains(letter, StringComparison.Ordinal))
            ? word
            : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
