using System.CommandLine;
using System.Text;
using Overlap.Cli.Arguments;
using Overlap.Cli.Completions;
using Overlap.Cli.Jobs;

namespace Overlap.Cli.Commands;

/// <summary><c>overlap completion</c>: a script that lets a shell complete verbs, options and values.</summary>
internal sealed class CompletionCommand : Verb
{
    private static readonly string[] Shells = ["bash", "zsh", "fish", "pwsh"];

    private readonly Argument<string?> _shell =
        new Argument<string?>("bash|zsh|fish|pwsh") { HelpName = "bash|zsh|fish|pwsh", Arity = ArgumentArity.ZeroOrOne }.Offering(static () => Shells);

    public override string Name => "completion";

    public override string Summary => "print a script that lets the shell complete verbs, options and values";

    public override IReadOnlyList<(string Command, string Meaning)> Examples { get; } =
    [
        ("source <(overlap completion bash)", "in ~/.bashrc"),
        ("overlap completion zsh > ~/.zfunc/_overlap", "a folder of $fpath"),
        ("overlap completion fish > ~/.config/fish/completions/overlap.fish", "where fish looks by itself"),
        ("overlap completion pwsh | Out-String | Invoke-Expression", "in $PROFILE"),
    ];

    public override IReadOnlyList<Argument> Arguments => [_shell];

    public override IReadOnlyList<OptionGroup> Groups => [];

    public override Task<int> RunAsync(Invocation invocation)
    {
        string? shell = invocation.Values.GetValue(_shell);
        Func<IReadOnlyList<CompletedVerb>, string> write = shell switch
        {
            "bash" => BashScript.Write,
            "zsh" => ZshScript.Write,
            "fish" => FishScript.Write,
            "pwsh" => PowerShellScript.Write,
            null => throw new RunException(ExitCode.Usage, "completion: of which shell? bash, zsh, fish or pwsh"),
            _ => throw new RunException(ExitCode.Usage, $"completion: '{shell}' is not bash, zsh, fish or pwsh"),
        };
        invocation.Terminal.Output.Write(Encoding.UTF8.GetBytes(write(CompletionModel.OfAll())));
        return Task.FromResult(ExitCode.Success);
    }
}
