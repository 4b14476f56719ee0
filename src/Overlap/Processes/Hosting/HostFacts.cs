using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Overlap.Processes.Hosting;

/// <summary>What is known about the running program that matters for starting workers from it.</summary>
internal sealed record HostFacts
{
    public bool IsLinux { get; init; } = true;

    /// <summary>Whether code can be loaded and compiled at run time.</summary>
    public bool HasCompiler { get; init; } = true;

    public bool HasStartupHooks { get; init; } = true;

    /// <summary>The executable of the process.</summary>
    public string? ProcessPath { get; init; }

    /// <summary>Where this library is; empty when it is inside another file.</summary>
    public string Library { get; init; } = "";

    /// <summary>Where the runtime's core library is; empty when it is inside another file.</summary>
    public string CoreLibrary { get; init; } = "";

    public string? EntryAssembly { get; init; }

    /// <summary>The lists of dependencies that the host read, separated by semicolons: the program's, then the frameworks'.</summary>
    public string? DepsFiles { get; init; }

    public string? DotnetRoot { get; init; }

    public Func<string, bool> Exists { get; init; } = File.Exists;

    [UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "An empty location is how a single file is recognised.")]
    public static HostFacts OfThisProgram() => new()
    {
        IsLinux = OperatingSystem.IsLinux(),
        HasCompiler = RuntimeFeature.IsDynamicCodeSupported,
        HasStartupHooks = !AppContext.TryGetSwitch("System.StartupHookProvider.IsSupported", out bool isSupported) || isSupported,
        ProcessPath = Environment.ProcessPath,
        Library = typeof(HostFacts).Assembly.Location,
        CoreLibrary = typeof(object).Assembly.Location,
        EntryAssembly = Assembly.GetEntryAssembly()?.Location,
        DepsFiles = AppContext.GetData("APP_CONTEXT_DEPS_FILES") as string,
        DotnetRoot = Environment.GetEnvironmentVariable("DOTNET_ROOT"),
    };

    public static bool IsMuxer(string path) => Path.GetFileName(path) == "dotnet";

    /// <summary>The program that executes assemblies on an installed runtime; <see langword="null"/> when this program brought its own runtime.</summary>
    public string? Muxer()
    {
        // …/shared/Microsoft.NETCore.App/10.0.0/System.Private.CoreLib.dll belongs to …/dotnet.
        string? framework = Path.GetDirectoryName(Path.GetDirectoryName(CoreLibrary));
        string? shared = Path.GetDirectoryName(framework);
        if (Path.GetFileName(framework) != "Microsoft.NETCore.App" || Path.GetFileName(shared) != "shared")
        {
            return null;
        }

        string?[] candidates =
        [
            Path.Combine(Path.GetDirectoryName(shared) ?? "/", "dotnet"),
            ProcessPath is not null && IsMuxer(ProcessPath) ? ProcessPath : null,
            string.IsNullOrEmpty(DotnetRoot) ? null : Path.Combine(DotnetRoot, "dotnet"),
        ];
        return candidates.FirstOrDefault(path => path is not null && Exists(path));
    }

    /// <summary>The program's own list of dependencies; <see langword="null"/> when it was built without one.</summary>
    public string? ProgramDeps()
    {
        string? shared = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(CoreLibrary)));
        return (DepsFiles ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries)
            .FirstOrDefault(path => !(shared is not null && path.StartsWith(shared + "/", StringComparison.Ordinal)) && Exists(path));
    }
}
