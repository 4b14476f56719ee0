using System.Text.RegularExpressions;

namespace Overlap.Samples.Tests;

/// <summary>Compares the code blocks of a Markdown text with the samples that they were cut from.</summary>
/// <remarks>
/// Shape: a comment <c>sample: NAME</c> on a line of its own, a code block right after it. The block equals what stands between
/// <c>// snippet</c> and <c>// end snippet</c> in the sample's program, less the common indentation, or the whole program if it has no marks.
/// </remarks>
internal static partial class DocumentSnippets
{
    private const string Start = "// snippet";
    private const string End = "// end snippet";

    /// <summary>Gives the samples whose block differs, or that are not there.</summary>
    /// <param name="markdown">The text.</param>
    /// <param name="readProgram">Gives the program of a sample; <see langword="null"/> if there is no such sample.</param>
    public static IReadOnlyList<string> FindStale(string markdown, Func<string, string?> readProgram)
    {
        List<string> stale = [];
        foreach (Match mark in Mark().Matches(markdown))
        {
            string sample = mark.Groups[1].Value;
            Match block = Block().Match(markdown, mark.Index + mark.Length);
            if (readProgram(sample) is not { } program || !block.Success || block.Groups[1].Value != Cut(program))
            {
                stale.Add(sample);
            }
        }

        return stale;
    }

    private static string Cut(string program)
    {
        string[] lines = program.Split('\n');
        int start = Array.FindIndex(lines, static line => line.Trim() == Start);
        int end = Array.FindIndex(lines, static line => line.Trim() == End);
        if (start < 0 || end < start)
        {
            return program;
        }

        string[] cut = lines[(start + 1)..end];
        int indentation = cut.Where(static line => line.Length > 0).Min(static line => line.Length - line.TrimStart().Length);
        return string.Concat(cut.Select(line => $"{(line.Length > 0 ? line[indentation..] : line)}\n"));
    }

    [GeneratedRegex(@"^<!-- sample: (\S+) -->\n", RegexOptions.Multiline)]
    private static partial Regex Mark();

    [GeneratedRegex(@"\G```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
