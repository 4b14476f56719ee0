using System.Diagnostics;
using Overlap.Cli.Tests.Commands;

namespace Overlap.Cli.Tests.Completions;

/// <summary>A real shell at a terminal of its own, in a folder with two files, that has loaded the completion script.</summary>
internal sealed class Shell : IDisposable
{
    private const string Prompt = "READY>";

    private readonly TemporaryFolder _folder = new();

    public Shell()
    {
        Directory.CreateDirectory(_folder.PathOf("pictures"));
        File.WriteAllText(_folder.PathOf("my run.json"), "");
        File.WriteAllText(_folder.PathOf("urls.txt"), "");
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Types a line at bash, tabs included, and gives the words that the program would have got.</summary>
    public async Task<string> TypeAtBashAsync(string line)
    {
        await WriteScriptAsync("bash");
        File.WriteAllText(_folder.PathOf("rc"), $$"""
            PS1='{{Prompt}} '
            source ./script
            overlap() { printf '<%s>' "$@"; echo; exit; }

            """);
        return await TypeAsync("bash --rcfile ./rc -i", line);
    }

    /// <summary>Types a line at zsh.</summary>
    public async Task<string> TypeAtZshAsync(string line)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/zsh"), "zsh is not installed");
        await WriteScriptAsync("zsh");
        File.WriteAllText(_folder.PathOf(".zshrc"), $$"""
            PS1='{{Prompt}} '
            autoload -Uz compinit
            compinit -u -D
            source ./script
            overlap() { printf '<%s>' "$@"; echo; exit; }

            """);
        return await TypeAsync("zsh -i", line);
    }

    /// <summary>Asks fish what it offers at the end of a line.</summary>
    public async Task<string[]> AskFishAsync(string line)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/fish"), "fish is not installed");
        await WriteScriptAsync("fish");
        string output = await RunAsync("fish", "--no-config", "-c", $"source ./script; complete -C '{line}'");
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static offer => offer.Split('\t')[0])];
    }

    /// <summary>Asks PowerShell what it offers at the end of a line.</summary>
    public async Task<string[]> AskPowerShellAsync(string line)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/pwsh"), "PowerShell is not installed");
        await WriteScriptAsync("pwsh");
        string output = await RunAsync(
            "pwsh", "-NoProfile", "-Command", $"Get-Content ./script | Out-String | Invoke-Expression; (TabExpansion2 '{line}' {line.Length}).CompletionMatches.CompletionText");
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private async Task WriteScriptAsync(string shell)
    {
        (int exitCode, string script, _) = await InProcess.RunAsync("completion", shell);
        Assert.Equal(0, exitCode);
        File.WriteAllText(_folder.PathOf("script"), script);
    }

    // A shell completes only at a terminal, which script(1) makes. The line is typed when the shell has asked for it.
    private async Task<string> TypeAsync(string shell, string line)
    {
        using Process process = Process.Start(new ProcessStartInfo("script", ["-qefc", shell, "/dev/null"])
        {
            WorkingDirectory = _folder.PathOf("."),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { ["TERM"] = "dumb", ["ZDOTDIR"] = _folder.PathOf("."), ["HOME"] = _folder.PathOf(".") },
        })!;
        using Patience patience = new(process);
        string seen = "";
        char[] buffer = new char[1024];
        while (!seen.Contains(Prompt, StringComparison.Ordinal))
        {
            int read = await process.StandardOutput.ReadAsync(buffer, patience.Token);
            Assert.True(read > 0, $"the shell ended before it asked for a line: {seen}");
            seen += new string(buffer, 0, read);
        }

        await process.StandardInput.WriteAsync(line + "\n");
        await process.StandardInput.FlushAsync(patience.Token);
        string rest = (await patience.WaitAsync(process)).Output;
        string last = rest.Split('\n').LastOrDefault(static text => text.Contains('<', StringComparison.Ordinal)) ?? rest;
        return last[Math.Max(0, last.IndexOf('<', StringComparison.Ordinal))..].TrimEnd();
    }

    private async Task<string> RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = _folder.PathOf("."),
            RedirectStandardOutput = true,
            Environment = { ["HOME"] = _folder.PathOf(".") },
        })!;
        using Patience patience = new(process);
        return (await patience.WaitAsync(process)).Output;
    }
}
