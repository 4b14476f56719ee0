using System.Collections;
using System.Runtime.InteropServices;
using Overlap.Cli.Jobs;

namespace Overlap.Cli.Programs;

/// <summary>Turns this process into another program: signals, terminal and exit code are its own then, and no second process waits beside it.</summary>
internal static partial class ProgramImage
{
    /// <summary>Becomes the program. Gives an error if it cannot.</summary>
    /// <param name="program">Its path.</param>
    /// <param name="words">Its arguments.</param>
    /// <param name="variables">Variables of the environment to set, besides those that are set.</param>
    public static RunException Replace(string program, IEnumerable<string> words, IReadOnlyDictionary<string, string> variables)
    {
        Dictionary<string, string> environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(static entry => (string)entry.Key, static entry => (string?)entry.Value ?? "", StringComparer.Ordinal);
        foreach ((string name, string value) in variables)
        {
            environment[name] = value;
        }

        string?[] arguments = [program, .. words, null];
        string?[] settings = [.. environment.Select(static entry => $"{entry.Key}={entry.Value}"), null];
        _ = Execute(program, arguments, settings);
        return new RunException(ExitCode.Environment, $"cannot start {program}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string program, string?[] arguments, string?[] environment);
}
