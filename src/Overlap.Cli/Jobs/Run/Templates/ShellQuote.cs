namespace Overlap.Cli.Jobs.Run.Templates;

/// <summary>Writes words so that a POSIX shell reads them as they are.</summary>
internal static class ShellQuote
{
    private const string Harmless = "-_./:=,+@%";

    public static string Of(string word) => word.Length > 0 && word.All(IsHarmless) ? word : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private static bool IsHarmless(char letter) => char.IsAsciiLetterOrDigit(letter) || Harmless.Contains(letter, StringComparison.Ordinal);
}
