using System.Text;

namespace Overlap.Cli.Completions;

/// <summary>Writes a completion script for PowerShell: tables, and a block that reads them. Where it offers nothing, PowerShell offers files.</summary>
internal static class PowerShellScript
{
    private const string Tail = """

            $words = @($commandAst.CommandElements | ForEach-Object { $_.Extent.Text } | Select-Object -Skip 1)
            if ($wordToComplete -ne '' -and $words.Count -gt 0) { $words = @($words | Select-Object -SkipLast 1) }
            $offer = {
                param($text, $tip)
                if ($text -like "$wordToComplete*") {
                    if (-not $tip) { $tip = $text }
                    [System.Management.Automation.CompletionResult]::new($text, $text, 'ParameterValue', $tip)
                }
            }

            if ($words.Count -eq 0) {
                foreach ($name in $verbs.Keys) { & $offer $name $verbs[$name] }
                return
            }

            $verb = $words[0]
            if ($words.Count -gt 1 -and $options.Contains("$verb $($words[1])")) { $verb = "$verb $($words[1])" }
            if (-not $options.Contains($verb)) { return }
            $last = @($options[$verb] | Where-Object { $_.Names -ccontains $words[-1] })
            if ($last.Count -gt 0 -and $last[0].Takes) {
                foreach ($word in $last[0].Words) { & $offer $word $last[0].Tip }
                return
            }

            if ($wordToComplete -like '-*') {
                foreach ($option in $options[$verb]) { foreach ($name in $option.Names) { & $offer $name $option.Tip } }
                return
            }

            foreach ($word in $inputs[$verb]) { & $offer $word $null }
        }

        """;

    public static string Write(IReadOnlyList<CompletedVerb> verbs)
    {
        StringBuilder text = new("# Completion of overlap for PowerShell.   overlap completion pwsh | Out-String | Invoke-Expression\n\n");
        text.Append("Register-ArgumentCompleter -Native -CommandName overlap -ScriptBlock {\n    param($wordToComplete, $commandAst, $cursorPosition)\n");
        text.Append("    $verbs = [ordered]@{\n");
        foreach (CompletedVerb verb in verbs.Where(static verb => verb.IsFirst))
        {
            text.Append($"        {Quote(verb.Path)} = {Quote(verb.Summary)}\n");
        }

        text.Append("        '--help' = 'tell about the program'\n        '--version' = 'print version and commit'\n    }\n    $inputs = @{\n");
        foreach (CompletedVerb verb in verbs.Where(static verb => verb.Inputs.Words.Count > 0))
        {
            text.Append($"        {Quote(verb.Path)} = {List(verb.Inputs.Words)}\n");
        }

        text.Append("    }\n    $options = @{\n");
        foreach (CompletedVerb verb in verbs)
        {
            text.Append($"        {Quote(verb.Path)} = @(\n");
            foreach (CompletedOption option in verb.Options)
            {
                string takes = option.Value.Kind == ValueKind.None ? "$false" : "$true";
                text.Append($"            @{{ Names = {List(option.Names)}; Takes = {takes}; Words = {List(option.Value.Words)}; Tip = {Quote(option.Description)} }}\n");
            }

            text.Append("        )\n");
        }

        return text.Append("    }\n").Append(Tail).ToString();
    }

    private static string List(IReadOnlyList<string> words) => $"@({string.Join(", ", words.Select(Quote))})";

    private static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
