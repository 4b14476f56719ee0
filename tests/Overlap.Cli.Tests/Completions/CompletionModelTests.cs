using System.CommandLine;
using System.CommandLine.Parsing;
using Overlap.Cli.Arguments;
using Overlap.Cli.Commands;
using Overlap.Cli.Completions;
using Overlap.Cli.Tests.Commands;

namespace Overlap.Cli.Tests.Completions;

public sealed class CompletionModelTests
{
    [Fact]
    public void OfAll_EveryVerb_IsThereWithAllItsOptions()
    {
        IReadOnlyList<JobVerb> jobs = VerbRegistry.CreateJobs();
        foreach (Verb verb in (Verb[])[.. jobs, .. VerbRegistry.CreateOthers(jobs), .. VerbRegistry.CreateQueue()])
        {
            CompletedVerb completed = Assert.Single(CompletionModel.OfAll(), completed => completed.Path == verb.Name);
            Assert.Equal(
                verb.Groups.SelectMany(static group => group.Options).Select(static option => option.Name).Append("--help"),
                completed.Options.Select(static option => option.Names[^1]));
        }
    }

    [Fact]
    public void OfAll_ComparedJob_HasItsOwnOptionsAndThoseOfTheComparison()
    {
        string[] names = [.. CompletionModel.OfAll().Single(static verb => verb.Path == "compare fetch").Options.SelectMany(static option => option.Names)];

        Assert.Contains("--per-host", names);
        Assert.Contains("--models", names);
        Assert.DoesNotContain("--joblog", names);
    }

    [Fact]
    public void OfferedWords_GivenToTheirOption_AreAllTaken()
    {
        IReadOnlyList<JobVerb> jobs = VerbRegistry.CreateJobs();
        int words = 0;
        foreach (Verb verb in (Verb[])[.. jobs, .. VerbRegistry.CreateOthers(jobs), .. VerbRegistry.CreateQueue()])
        {
            foreach (Option option in verb.Groups.SelectMany(static group => group.Options))
            {
                foreach (string word in OfferedWords.Of(option))
                {
                    words++;
                    Command command = new(verb.Name) { option };
                    Assert.Empty(CommandLineParser.Parse(command, [option.Name, word]).Errors);
                }
            }
        }

        Assert.True(words > 50, $"only {words} words are offered");
    }

    [Theory]
    [InlineData("completion: of which shell? bash, zsh, fish or pwsh", "completion")]
    [InlineData("completion: 'tcsh' is not bash, zsh, fish or pwsh", "completion", "tcsh")]
    public async Task Completion_WithoutAKnownShell_OneLineAndUsageCode(string message, params string[] arguments) =>
        Assert.Equal((2, "", $"overlap: {message}\n"), await InProcess.RunAsync(arguments));
}
