using System.Text;
using Overlap.Cli.Jobs.Run.Children;

namespace Overlap.Cli.Jobs.Run;

/// <summary>Finds the program of a command, as a shell does: by its path when it has a slash, else in the folders of <c>PATH</c>.</summary>
internal static class ProgramPath
{
    private const int MayExecute = 1;

    /// <summary>Finds a program.</summary>
    /// <param name="name">The first word of the command.</param>
    /// <param name="path">Its path, ended by NUL.</param>
    /// <returns>Why there is none; <see langword="null"/> when there is.</returns>
    public static string? TryFind(string name, out byte[] path)
    {
        path = [];
        string? found = null;
        if (name.Length == 0)
        {
            return "the command is an empty word";
        }

        foreach (string candidate in Candidates(name))
        {
            if (!File.Exists(candidate))
            {
                continue;
            }

            found ??= candidate;
            if (ChildCalls.Access(candidate, MayExecute) == 0)
            {
                path = [.. Encoding.UTF8.GetBytes(candidate), 0];
                return null;
            }
        }

        string shown = PrintableText.Of(Encoding.UTF8.GetBytes(name), 100);
        string hint = name.Contains(' ', StringComparison.Ordinal) ? "; a whole line is a command with --shell" : "";
        return found is not null
            ? $"{shown} may not be executed (permission denied)"
            : name.Contains('/', StringComparison.Ordinal) ? $"there is no program {shown}" : $"there is no command '{shown}' in the folders of PATH{hint}";
    }

    private static IEnumerable<string> Candidates(string name)
    {
        if (name.Contains('/', StringComparison.Ordinal))
        {
            return [name];
        }

        string folders = Environment.GetEnvironmentVariable("PATH") ?? "/usr/local/bin:/usr/bin:/bin";
        return folders.Split(':').Select(folder => Path.Combine(folder.Length == 0 ? "." : folder, name));
    }
}
