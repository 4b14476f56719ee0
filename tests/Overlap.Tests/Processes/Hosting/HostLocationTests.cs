using Overlap.Processes;
using Overlap.Processes.Hosting;

namespace Overlap.Tests.Processes.Hosting;

public sealed class HostLocationTests
{
    private const string Core = "/opt/dotnet/shared/Microsoft.NETCore.App/10.0.0/System.Private.CoreLib.dll";
    private const string FrameworkDeps = "/opt/dotnet/shared/Microsoft.NETCore.App/10.0.0/Microsoft.NETCore.App.deps.json";

    private static HostFacts Installed { get; } = new()
    {
        ProcessPath = "/app/program",
        Library = "/app/Overlap.dll",
        CoreLibrary = Core,
        EntryAssembly = "/app/program.dll",
        DepsFiles = $"/app/program.deps.json;{FrameworkDeps}",
        Exists = static _ => true,
    };

    [Fact]
    public void Find_InstalledRuntime_ExecutesTheLibraryWithTheProgramsFiles() => Assert.Equal(
        [
            "/opt/dotnet/dotnet", "exec", "--depsfile", "/app/program.deps.json", "--runtimeconfig", "/app/program.runtimeconfig.json", "/app/Overlap.dll",
        ],
        HostLocation.Find(Installed).Command);

    [Fact]
    public void Find_NoDeps_IsStartedWithout() => Assert.Equal(
        ["/opt/dotnet/dotnet", "exec", "--runtimeconfig", "/app/program.runtimeconfig.json", "/app/Overlap.dll"],
        HostLocation.Find(Installed with { DepsFiles = FrameworkDeps }).Command);

    [Fact]
    public void Find_UnderATestHost_TakesTheTestsOwnSettings() => Assert.Contains(
        "/tests/tests.runtimeconfig.json",
        HostLocation.Find(Installed with { EntryAssembly = "/tools/testhost.dll", DepsFiles = "/tests/tests.deps.json" }).Command);

    [Fact]
    public void Find_RuntimeLinkedElsewhere_IsFoundByDotnetRoot() => Assert.Equal(
        "/root2/dotnet",
        HostLocation.Find(Installed with { DotnetRoot = "/root2", Exists = static path => path != "/opt/dotnet/dotnet" }).Command[0]);

    [Fact]
    public void Find_OwnRuntime_StartsTheProgramAgain()
    {
        HostLocation host = HostLocation.Find(Installed with { CoreLibrary = "/app/System.Private.CoreLib.dll" });
        Assert.Equal(["/app/program"], host.Command);
        Assert.Equal("Overlap", host.Environment["DOTNET_STARTUP_HOOKS"]);
    }

    [Fact]
    public void Find_SingleFile_StartsTheProgramAgain() =>
        Assert.Equal(["/app/program"], HostLocation.Find(Installed with { Library = "" }).Command);

    [Fact]
    public void Find_NoRuntimeConfigAndMuxer_SaysWhatIsMissing()
    {
        HostFacts facts = Installed with { ProcessPath = "/opt/dotnet/dotnet", Exists = static path => !path.EndsWith(".runtimeconfig.json", StringComparison.Ordinal) };
        Assert.Contains(".runtimeconfig.json", Assert.Throws<WorkerHostException>(() => HostLocation.Find(facts)).Message);
    }

    [Fact]
    public void Find_CompiledAhead_SaysSo() =>
        Assert.Contains("PublishAot", Assert.Throws<WorkerHostException>(static () => HostLocation.Find(Installed with { HasCompiler = false })).Message);

    [Fact]
    public void Find_HooksTrimmedAway_SaysHowToKeepThem() => Assert.Contains(
        "StartupHookSupport",
        Assert.Throws<WorkerHostException>(static () => HostLocation.Find(Installed with { Library = "", HasStartupHooks = false })).Message);

    [Fact]
    public void Find_OtherSystem_NamesAnExecutorThatWorks() =>
        Assert.Contains("ThreadPoolExecutor", Assert.Throws<WorkerHostException>(static () => HostLocation.Find(Installed with { IsLinux = false })).Message);

    [Fact]
    public void Current_TheseTests_CanBeAHost() => Assert.EndsWith("Overlap.dll", HostLocation.Current.Command[^1], StringComparison.Ordinal);
}
