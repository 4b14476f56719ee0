using System.Text;

namespace Overlap.Cli.Completions;

/// <summary>Writes a completion script for bash, which needs nothing beside bash itself.</summary>
internal static class BashScript
{
    private const string Head = """
        # Completion of overlap for bash 4.4 or newer.   source <(overlap completion bash)

        """;

    // What follows an option is looked up by verb and option; bash hands --model=x over as three words.
    private const string Tail = """

        _overlap_offer() {
          local word=$1 head=
          case $kind in
            words) mapfile -t COMPREPLY < <(compgen -W "$offered" -- "$word") ;;
            list)
              [[ $word == *,* ]] && head=${word%,*},
              mapfile -t COMPREPLY < <(compgen -P "$head" -W "$offered" -- "${word##*,}")
              compopt -o nospace 2> /dev/null
              ;;
            file)
              mapfile -t COMPREPLY < <(compgen -f -- "$word")
              compopt -o filenames 2> /dev/null
              ;;
            folder)
              mapfile -t COMPREPLY < <(compgen -d -- "$word")
              compopt -o filenames 2> /dev/null
              ;;
            command) mapfile -t COMPREPLY < <(compgen -c -- "$word") ;;
          esac
        }

        _overlap() {
          local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} verb=${COMP_WORDS[1]-} at=2 kind= offered=
          COMPREPLY=()
          if (( COMP_CWORD == 1 )); then
            kind=words offered=$_overlap_verbs
            _overlap_offer "$word"
            return
          fi

          if (( COMP_CWORD > 2 )) && [[ $_overlap_pairs == *"|$verb ${COMP_WORDS[2]}|"* ]]; then
            verb="$verb ${COMP_WORDS[2]}" at=3
          fi

          # A command's own words begin behind -- or with the first word that belongs to no option.
          _overlap_inputs "$verb"
          if [[ $kind == command ]]; then
            while (( at < COMP_CWORD )) && [[ ${COMP_WORDS[at]} == -* && ${COMP_WORDS[at]} != -- ]]; do
              kind=
              _overlap_value "$verb" "${COMP_WORDS[at]}"
              if [[ ${COMP_WORDS[at+1]} == = ]]; then
                at=$((at + 3))
              elif [[ -n $kind ]]; then
                at=$((at + 2))
              else
                at=$((at + 1))
              fi
            done
            [[ ${COMP_WORDS[at]} == -- ]] && (( at < COMP_CWORD )) && at=$((at + 1))
            if (( at < COMP_CWORD )); then
              kind=file
              _overlap_offer "$word"
              return
            fi
            if (( at == COMP_CWORD )) && [[ $word != -* ]]; then
              kind=command
              _overlap_offer "$word"
              return
            fi
          fi

          if [[ $word == = ]]; then
            word=
          elif [[ $before == = ]]; then
            before=${COMP_WORDS[COMP_CWORD-2]}
          fi

          kind= offered=
          _overlap_value "$verb" "$before"
          if [[ -z $kind && $word == -* ]]; then
            kind=words
            _overlap_options "$verb"
          elif [[ -z $kind ]]; then
            _overlap_inputs "$verb"
          fi
          _overlap_offer "$word"
        }

        complete -F _overlap overlap
        """;

    public static string Write(IReadOnlyList<CompletedVerb> verbs)
    {
        StringBuilder text = new(Head);
        text.Append($"_overlap_verbs={Quote(string.Join(' ', verbs.Where(static verb => verb.IsFirst).Select(static verb => verb.Path)) + " --help --version")}\n");
        text.Append($"_overlap_pairs={Quote("|" + string.Concat(verbs.Where(static verb => !verb.IsFirst).Select(static verb => verb.Path + "|")))}\n");
        text.Append("\n_overlap_options() {\n  case $1 in\n");
        foreach (CompletedVerb verb in verbs)
        {
            text.Append($"    {Quote(verb.Path)}) offered={Quote(string.Join(' ', verb.Options.SelectMany(static option => option.Names)))} ;;\n");
        }

        text.Append("  esac\n}\n\n_overlap_inputs() {\n  case $1 in\n");
        foreach (CompletedVerb verb in verbs.Where(static verb => verb.Inputs.Kind is not (ValueKind.None or ValueKind.Text)))
        {
            text.Append($"    {Quote(verb.Path)}) {Assign(verb.Inputs)} ;;\n");
        }

        text.Append("  esac\n}\n\n# Sets what the option of a verb takes; nothing for a flag.\n_overlap_value() {\n  case \"$1 $2\" in\n");
        IEnumerable<IGrouping<string, string>> values =
            from verb in verbs
            from option in verb.Options
            where option.Value.Kind != ValueKind.None
            from name in option.Names
            group $"{verb.Path} {name}" by Assign(option.Value);
        foreach (IGrouping<string, string> same in values)
        {
            text.Append($"    {string.Join('|', same.Select(Quote))}) {same.Key} ;;\n");
        }

        return text.Append("  esac\n}\n").Append(Tail).Append('\n').ToString();
    }

    private static string Assign(CompletedValue value) => value.Kind switch
    {
        ValueKind.Words => $"kind=words offered={Quote(string.Join(' ', value.Words))}",
        ValueKind.List => $"kind=list offered={Quote(string.Join(' ', value.Words))}",
        ValueKind.File => "kind=file",
        ValueKind.Folder => "kind=folder",
        ValueKind.Command => "kind=command",
        _ => "kind=text",
    };

    private static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
