using System.Diagnostics;
using Overlap.Cli.Commands;
using Overlap.Cli.Manuals;
using Overlap.Cli.Tests.Commands;

namespace Overlap.Cli.Tests.Manuals;

public sealed class ManualPageTests
{
    [Fact]
    public async Task Man_Formatted_WithoutAWarning()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/groff"), "groff is not installed (package groff-base)");

        (string text, string warnings) = await FormatAsync();

        Assert.Equal("", warnings);
        Assert.StartsWith("OVERLAP(1)", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Man_Formatted_HasEveryVerbWithItsOptions()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/groff"), "groff is not installed (package groff-base)");

        (string text, _) = await FormatAsync();

        IReadOnlyList<JobVerb> jobs = VerbRegistry.CreateJobs();
        foreach (Verb verb in (Verb[])[.. jobs, .. VerbRegistry.CreateOthers(jobs), .. VerbRegistry.CreateQueue()])
        {
            Assert.Contains($"\n   overlap {verb.Name}", text, StringComparison.Ordinal);
            Assert.All(verb.Groups.SelectMany(static group => group.Options), option => Assert.Contains($" {option.Name}", text, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void RoffText_TextThatLooksLikeARequest_StaysText()
    {
        string page = new RoffText().Text(".so /etc/passwd").Lines("'br", @"a\b-c", "").ToString();

        Assert.Equal(".PP\n\\&.so /etc/passwd\n.PP\n.nf\n\\&\\(aqbr\na\\eb\\-c\n\\&\n.fi\n", page);
    }

    private static async Task<(string Text, string Warnings)> FormatAsync()
    {
        (int exitCode, string page, _) = await InProcess.RunAsync("man");
        Assert.Equal(0, exitCode);
        using Process groff = Process.Start(new ProcessStartInfo("groff", ["-ww", "-man", "-Tutf8", "-k", "-P-cbou", "-rLL=200n"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using Patience patience = new(groff);
        Task<(int ExitCode, string Output, string Error)> end = patience.WaitAsync(groff);
        await groff.StandardInput.WriteAsync(page);
        groff.StandardInput.Close();
        return ((await end).Output, (await end).Error);
    }
}
