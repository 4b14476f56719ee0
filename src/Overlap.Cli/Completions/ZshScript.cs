using System.Text;

namespace Overlap.Cli.Completions;

/// <summary>Writes a completion script for zsh: a function for its completion system, which asks for options and values with what they mean.</summary>
internal static class ZshScript
{
    private const string Head = """
        #compdef overlap
        # Completion of overlap for zsh: a file named _overlap in a folder of $fpath, or   source <(overlap completion zsh)


        """;

    private const string Tail = """
          esac
        }

        if [[ ${zsh_eval_context[-1]} == loadautofunc ]]; then
          _overlap "$@"
        else
          compdef _overlap overlap
        fi

        """;

    public static string Write(IReadOnlyList<CompletedVerb> verbs)
    {
        StringBuilder text = new(Head);
        text.Append("_overlap() {\n  local verb pairs curcontext=\"$curcontext\"\n  local -a verbs state line\n  verbs=(\n");
        foreach (CompletedVerb verb in verbs.Where(static verb => verb.IsFirst))
        {
            text.Append($"    {Quote($"{verb.Path}:{verb.Summary}")}\n");
        }

        text.Append("    '--help:tell about the program'\n    '--version:print version and commit'\n  )\n");
        text.Append($"  pairs={Quote("|" + string.Concat(verbs.Where(static verb => !verb.IsFirst).Select(static verb => verb.Path + "|")))}\n");
        text.Append("""
              if (( CURRENT == 2 )); then
                _describe -t verbs verb verbs
                return
              fi

              verb=$words[2]
              shift words
              (( CURRENT-- ))
              if (( CURRENT > 2 )) && [[ $pairs == *"|$verb $words[2]|"* ]]; then
                verb="$verb $words[2]"
                shift words
                (( CURRENT-- ))
              fi

              case $verb in

            """);
        foreach (CompletedVerb verb in verbs)
        {
            IEnumerable<string> specs = ["_arguments -s -S", .. verb.Options.Select(OptionSpec), .. InputSpecs(verb.Inputs)];
            text.Append($"    {Quote(verb.Path)})\n      {string.Join(" \\\n        ", specs)}\n      ;;\n");
        }

        return text.Append(Tail).ToString();
    }

    private static string OptionSpec(CompletedOption option)
    {
        bool takesValue = option.Value.Kind != ValueKind.None;
        string description = Quote($"[{Escape(option.Description)}]{(takesValue ? ValueSpec(option.Value) : "")}");
        string[] names = [.. option.Names.Select(name => name + (!takesValue ? "" : name.StartsWith("--", StringComparison.Ordinal) ? "=" : "+"))];
        return names.Length == 1
            ? Quote(names[0]) + description
            : $"'({string.Join(' ', option.Names)})'{{{string.Join(',', names.Select(Quote))}}}{description}";
    }

    // An input of which nothing is known has no specification: zsh would show a message for it where an option is to be completed.
    private static string[] InputSpecs(CompletedValue inputs) => inputs.Kind switch
    {
        ValueKind.None or ValueKind.Text => [],
        ValueKind.Words => [Quote("1" + ValueSpec(inputs))],
        ValueKind.Command => ["'(-)1:command: _command_names -e'", "'*::word: _normal'"],
        _ => [Quote("*" + ValueSpec(inputs))],
    };

    private static string ValueSpec(CompletedValue value) => $":{Escape(value.Name)}:" + value.Kind switch
    {
        ValueKind.Words => $"({string.Join(' ', value.Words.Select(Escape))})",
        ValueKind.List => $"_values -s , {Escape(value.Name)} {string.Join(' ', value.Words.Select(Escape))}",
        ValueKind.File => "_files",
        ValueKind.Folder => "_files -/",
        _ => " ",
    };

    private static string Escape(string text)
    {
        StringBuilder escaped = new();
        foreach (char letter in text)
        {
            escaped.Append(letter is '\\' or '[' or ']' or ':' or '(' or ')' ? $"\\{letter}" : letter);
        }

        return escaped.ToString();
    }

    private static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
