using System.Reflection;

namespace Overlap.Cli.Commands;

/// <summary>What the program says it is: version and commit.</summary>
internal static class ProgramVersion
{
    // The build writes version+commit; see Overlap.Cli.csproj.
    public static string Text
    {
        get
        {
            string version = typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
            return version.Split('+') is [string number, string commit]
                ? $"overlap {number} (commit {commit[..Math.Min(12, commit.Length)]})"
                : $"overlap {version}";
        }
    }
}
