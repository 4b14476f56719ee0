using System.Text;

namespace Overlap.Cli.Completions;

/// <summary>Writes a completion script for fish: a line for every option of every verb.</summary>
internal static class FishScript
{
    public static string Write(IReadOnlyList<CompletedVerb> verbs)
    {
        StringBuilder text = new("# Completion of overlap for fish.   overlap completion fish > ~/.config/fish/completions/overlap.fish\n\n");
        text.Append("function __overlap_verb\n    set -l words (commandline -opc)\n    switch \"$words[2] $words[3]\"\n        case ");
        text.AppendJoin(' ', verbs.Where(static verb => !verb.IsFirst).Select(static verb => Quote(verb.Path)));
        text.Append("\n            echo \"$words[2] $words[3]\"\n        case '*'\n            echo \"$words[2]\"\n    end\nend\n\n");
        text.Append("function __overlap_is\n    set -l verb (__overlap_verb)\n    test \"$verb\" = \"$argv\"\nend\n\n");
        text.Append("function __overlap_begins\n    test (count (commandline -opc)) -eq 1\nend\n\n");
        text.Append("complete -c overlap -f\n");
        text.Append("complete -c overlap -n __overlap_begins -l help -s h -d 'tell about the program'\n");
        text.Append("complete -c overlap -n __overlap_begins -l version -d 'print version and commit'\n");
        foreach (CompletedVerb verb in verbs.Where(static verb => verb.IsFirst))
        {
            text.Append($"complete -c overlap -n __overlap_begins -a {verb.Path} -d {Quote(verb.Summary)}\n");
        }

        foreach (CompletedVerb verb in verbs)
        {
            text.Append('\n');
            string when = $"complete -c overlap -n {Quote($"__overlap_is {verb.Path}")}";
            foreach (CompletedOption option in verb.Options)
            {
                string names = string.Join(' ', option.Names.Select(static name => name.StartsWith("--", StringComparison.Ordinal) ? $"-l {name[2..]}" : $"-s {name[1..]}"));
                string value = option.Value.Kind == ValueKind.None ? "" : " " + ValueOf(option.Value);
                text.Append($"{when} {names}{value} -d {Quote(option.Description)}\n");
            }

            string inputs = InputsOf(verb);
            if (inputs.Length > 0)
            {
                text.Append($"{when} {inputs}\n");
            }
        }

        return text.ToString();
    }

    private static string ValueOf(CompletedValue value) => value.Kind switch
    {
        ValueKind.Words => $"-x -a {Quote(string.Join(' ', value.Words))}",
        ValueKind.List => $"-x -a {Quote($"(__fish_append , {string.Join(' ', value.Words)})")}",
        ValueKind.File => "-r -F",
        ValueKind.Folder => "-x -a '(__fish_complete_directories)'",
        _ => "-x",
    };

    private static string InputsOf(CompletedVerb verb) => verb.Inputs.Kind switch
    {
        ValueKind.Words => $"-a {Quote(string.Join(' ', verb.Inputs.Words))}",
        ValueKind.File => "-F",
        ValueKind.Command => $"-x -a {Quote($"(__fish_complete_subcommand --fcs-skip={verb.Words.Count + 1} {OptionsWithValue(verb)})")}",
        _ => "",
    };

    // The words of another command: fish must know which of ours have a value behind them.
    private static string OptionsWithValue(CompletedVerb verb) => string.Join(
        ' ', verb.Options.Where(static option => option.Value.Kind != ValueKind.None).SelectMany(static option => option.Names));

    private static string Quote(string text) =>
        $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
}
