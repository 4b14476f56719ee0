namespace Overlap.Processes.Hosting;

/// <summary>How a worker is started from this program: the command, and what it needs in its environment.</summary>
/// <param name="Command">The program's path, then its arguments, the path itself being the first.</param>
/// <param name="Environment">Variables set for it.</param>
/// <remarks>
/// The library itself is the worker program. Where the program runs on an installed runtime, that runtime executes the library with the program's own
/// dependencies and settings, and needs no help from the program's <c>Main</c>. Where all is in one file or the runtime is the program's own, the program
/// starts once more, and a startup hook turns it into a worker before <c>Main</c>.
/// </remarks>
internal sealed record HostLocation(IReadOnlyList<string> Command, IReadOnlyDictionary<string, string?> Environment)
{
    /// <summary>Tells the startup hook that it is to become a worker, not somebody's hook.</summary>
    public const string HookVariable = "OVERLAP_WORKER_HOOK";

    public const string StartupHooksVariable = "DOTNET_STARTUP_HOOKS";

    private const string DepsSuffix = ".deps.json";
    private const string RuntimeConfigSuffix = ".runtimeconfig.json";

    private static readonly Lazy<HostLocation> Found = new(static () => Find(HostFacts.OfThisProgram()), LazyThreadSafetyMode.PublicationOnly);

    /// <summary>How a worker is started from this program.</summary>
    /// <exception cref="WorkerHostException">It cannot be; the message says why.</exception>
    public static HostLocation Current => Found.Value;

    public static HostLocation Find(HostFacts facts)
    {
        CheckSystem(facts);
        if (!facts.HasCompiler)
        {
            throw new WorkerHostException(
                "This program is compiled ahead of time (PublishAot), so a worker cannot load its functions. Publish it without PublishAot, or use ThreadPoolExecutor.");
        }

        return InstalledRuntime(facts) ?? SameProgram(facts);
    }

    /// <summary>Refuses systems whose calls are not known here.</summary>
    /// <exception cref="WorkerHostException">This is one.</exception>
    public static void CheckSystem(HostFacts facts)
    {
        if (!facts.IsLinux)
        {
            throw new WorkerHostException("Worker processes need Linux. On other systems run the calls on threads: ThreadPoolExecutor.");
        }
    }

    private static HostLocation? InstalledRuntime(HostFacts facts)
    {
        if (facts.Library.Length == 0 || facts.Muxer() is not { } muxer)
        {
            return null;
        }

        string? deps = facts.ProgramDeps();
        string? runtimeConfig = new[] { With(deps, DepsSuffix), With(facts.EntryAssembly, ".dll") }.FirstOrDefault(path => path is not null && facts.Exists(path));
        if (runtimeConfig is null)
        {
            return null;
        }

        string[] dependencies = deps is null ? [] : ["--depsfile", deps];
        return new([muxer, "exec", .. dependencies, "--runtimeconfig", runtimeConfig, facts.Library], new Dictionary<string, string?>());
    }

    private static HostLocation SameProgram(HostFacts facts)
    {
        if (facts.ProcessPath is not { Length: > 0 } program || HostFacts.IsMuxer(program))
        {
            throw new WorkerHostException(
                $"A worker is started like this program, but the program's {RuntimeConfigSuffix} file was not found beside {facts.EntryAssembly ?? "it"}. " +
                "Run the program from its build or publish folder, where the SDK puts that file (GenerateRuntimeConfigurationFiles).");
        }

        if (!facts.HasStartupHooks)
        {
            throw new WorkerHostException(
                "This program is trimmed without startup hooks, by which a worker is started from it. Set <StartupHookSupport>true</StartupHookSupport> in its project.");
        }

        return new([program], new Dictionary<string, string?> { [StartupHooksVariable] = "Overlap", [HookVariable] = "1" });
    }

    private static string? With(string? path, string suffix) =>
        path is not null && path.EndsWith(suffix, StringComparison.Ordinal) ? path[..^suffix.Length] + RuntimeConfigSuffix : null;
}
