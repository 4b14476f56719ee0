using Overlap.Cli.Jobs.Run.Templates;

namespace Overlap.Cli.Commands;

/// <summary>The command line that does the rest of a stopped run.</summary>
internal static class ResumeCommand
{
    /// <param name="arguments">The words of the run that was stopped, its verb first.</param>
    public static string Of(IReadOnlyList<string> arguments)
    {
        IEnumerable<string> words = arguments.Select(ShellQuote.Of);
        bool resumes = arguments.TakeWhile(static word => word is not ("--" or ":::")).Contains("--resume");

        // Behind the verb: what stands last may be part of a command.
        return string.Join(' ', resumes ? ["overlap", .. words] : ["overlap", words.First(), "--resume", .. words.Skip(1)]);
    }
}
