using System.CommandLine;
using System.Text;
using Overlap.Cli.Jobs;

namespace Overlap.Cli.Commands;

/// <summary>The words of <c>overlap run</c> that are no options of its own: a command, and lists of items after <c>:::</c>.</summary>
/// <param name="Command">The command's words.</param>
/// <param name="Lists">The lists, as bytes.</param>
internal sealed record CommandWords(IReadOnlyList<string> Command, IReadOnlyList<IReadOnlyList<byte[]>> Lists)
{
    private const string Separator = ":::";

    /// <summary>Cuts the words.</summary>
    /// <exception cref="RunException">There is a separator that means something to GNU parallel, and would be a word of the command here.</exception>
    public static CommandWords Read(IReadOnlyList<string> words)
    {
        if (words.TakeWhile(static word => word != Separator).FirstOrDefault(static word => word is "::::" or "::::+") is { } foreign)
        {
            throw new RunException(ExitCode.Usage, $"{foreign} is not known here: a file of items is -i FILE, and items that belong together are columns of it (--columns)");
        }

        byte[][] bytes = BytesOf(words);
        List<IReadOnlyList<byte[]>> lists = [];
        int end = IndexOf(words, Separator, 0);
        for (int start = end; start < words.Count; start = end)
        {
            end = IndexOf(words, Separator, start + 1);
            lists.Add(bytes[(start + 1)..end]);
            if (end == words.Count)
            {
                break;
            }
        }

        return new CommandWords([.. words.Take(IndexOf(words, Separator, 0))], lists);
    }

    /// <summary>Puts <c>--</c> before the command where the user left it out: before the first word that is neither an option nor the value of one.</summary>
    /// <param name="words">The words after the verb.</param>
    /// <param name="groups">The options.</param>
    public static IReadOnlyList<string> Arrange(IReadOnlyList<string> words, IReadOnlyList<OptionGroup> groups)
    {
        Dictionary<string, bool> takesValue = [];
        foreach (Option option in groups.SelectMany(static group => group.Options))
        {
            foreach (string name in option.Aliases.Append(option.Name))
            {
                takesValue[name] = option.HelpName is not null;
            }
        }

        int at = 0;
        while (at < words.Count && words[at] is ['-', _, ..] and not "--")
        {
            if (words[at] is "--help" or "-h" or "-?")
            {
                return words;
            }

            at += 1 + ValuesAfter(words[at], takesValue);
        }

        return at >= words.Count || words[at] == "--" ? words : [.. words.Take(at), "--", .. words.Skip(at)];
    }

    /// <summary>How many of the words that follow an option belong to it.</summary>
    /// <exception cref="RunException">There is no such option: unlike elsewhere it might as well be the start of a command.</exception>
    private static int ValuesAfter(string option, Dictionary<string, bool> takesValue)
    {
        if (takesValue.TryGetValue(option, out bool takes))
        {
            return takes ? 1 : 0;
        }

        // --name=value, -j4, and flags of one letter together.
        bool isKnown = option.StartsWith("--", StringComparison.Ordinal)
            ? takesValue.ContainsKey(option.Split('=')[0]) && option.Contains('=', StringComparison.Ordinal)
            : takesValue.ContainsKey(option[..2]);
        return isKnown ? 0 : throw new RunException(
            ExitCode.Usage, ForeignOption.HintFor(option) is { } hint ? $"run has no option {option}: {hint}" : $"run has no option {option}; overlap run --help lists them");
    }

    private static int IndexOf(IReadOnlyList<string> words, string word, int from)
    {
        int at = from;
        while (at < words.Count && words[at] != word)
        {
            at++;
        }

        return at;
    }

    /// <summary>Gives words as the bytes that the system handed over: file names need not be UTF-8, and the runtime's strings are.</summary>
    private static byte[][] BytesOf(IReadOnlyList<string> words)
    {
        byte[][] bytes = [.. words.Select(Encoding.UTF8.GetBytes)];
        if (!words.Any(static word => word.Contains('\uFFFD', StringComparison.Ordinal)))
        {
            return bytes;
        }

        // The words are the last ones of the program's own: those that only look different are taken from there.
        List<byte[]> handed = [];
        ReadOnlySpan<byte> line = File.ReadAllBytes("/proc/self/cmdline");
        while (line.IndexOf((byte)0) is >= 0 and int length)
        {
            handed.Add(line[..length].ToArray());
            line = line[(length + 1)..];
        }

        int before = handed.Count - bytes.Length;
        for (int i = 0; before >= 0 && i < bytes.Length; i++)
        {
            if (Encoding.UTF8.GetString(handed[before + i]) == words[i])
            {
                bytes[i] = handed[before + i];
            }
        }

        return bytes;
    }
}
