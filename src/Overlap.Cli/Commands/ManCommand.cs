using System.Text;
using Overlap.Cli.Jobs;
using Overlap.Cli.Manuals;

namespace Overlap.Cli.Commands;

/// <summary><c>overlap man</c>: the manual page.</summary>
internal sealed class ManCommand : Verb
{
    public override string Name => "man";

    public override string Summary => "print the manual page, with all verbs and options";

    public override IReadOnlyList<(string Command, string Meaning)> Examples { get; } =
    [
        ("overlap man | man -l -", "read it"),
        ("overlap man > ~/.local/share/man/man1/overlap.1", "install it, for man overlap"),
    ];

    public override IReadOnlyList<OptionGroup> Groups => [];

    public override Task<int> RunAsync(Invocation invocation)
    {
        IReadOnlyList<JobVerb> jobs = VerbRegistry.CreateJobs();
        string page = ManualPage.Write(jobs, VerbRegistry.CreateOthers(jobs), VerbRegistry.CreateQueue(), ProgramVersion.Text);
        invocation.Terminal.Output.Write(Encoding.UTF8.GetBytes(page));
        return Task.FromResult(ExitCode.Success);
    }
}
