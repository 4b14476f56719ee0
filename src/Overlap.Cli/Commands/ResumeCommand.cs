using Overlap.Cli.Jobs.Run.Templates;

namespace Overlap.Cli.Commands;

/// <summary>The command line that does the rest of a stopped run.</summary>
internal static class ResumeCommand
{
    /// <param name="arguments">The words of the run that was stopped, its verb first.</param>
    /// <param name="endsInCommand">Whether what stands last may be part of a command: then the option goes behind the verb.</param>
    public static string Of(IReadOnlyList<string> arguments, bool endsInCommand)
    {
        string[] words = [.. arguments.Select(ShellQuote.Of)];
        bool resumes = arguments.TakeWhile(word => !endsInCommand || word is not ("--" or ":::")).Contains("--resume");
        return string.Join(' ', (resumes, endsInCommand) switch
        {
            (true, _) => ["overlap", .. words],
            (_, true) => ["overlap", words[0], "--resume", .. words[1..]],
            _ => (string[])["overlap", .. words, "--resume"],
        });
    }
}
