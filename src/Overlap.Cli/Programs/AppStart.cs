using System.Runtime.InteropServices;

namespace Overlap.Cli.Programs;

/// <summary>The command that starts a library of ours as a program, with the dependencies and runtime settings of somebody's assembly beside it.</summary>
internal static class AppStart
{
    /// <summary>The program that executes assemblies: that of the runtime which this program runs on.</summary>
    /// <remarks>The runtime lies in DOTNET/shared/NAME/VERSION.</remarks>
    public static string DotnetHost
    {
        get
        {
            string root = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
            string host = Path.Combine(root, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
            return File.Exists(host) ? host : "dotnet";
        }
    }

    /// <summary>The file with an assembly's runtime settings, whether it is there or not.</summary>
    public static string SettingsOf(string assembly) => Path.ChangeExtension(assembly, ".runtimeconfig.json");

    /// <summary>The words that follow the host's name.</summary>
    /// <param name="assembly">The full path of the assembly.</param>
    /// <param name="library">The library's file name.</param>
    public static List<string> WordsOf(string assembly, string library)
    {
        List<string> words = ["exec"];
        AddFile(words, "--depsfile", Path.ChangeExtension(assembly, ".deps.json"));

        // A library has no settings of its own: then those of this program serve.
        string settings = SettingsOf(assembly);
        AddFile(words, "--runtimeconfig", File.Exists(settings) ? settings : Path.Combine(AppContext.BaseDirectory, "Overlap.Cli.runtimeconfig.json"));
        words.Add(Path.Combine(Path.GetDirectoryName(assembly)!, library));
        return words;
    }

    private static void AddFile(List<string> words, string option, string path)
    {
        if (File.Exists(path))
        {
            words.Add(option);
            words.Add(path);
        }
    }
}
