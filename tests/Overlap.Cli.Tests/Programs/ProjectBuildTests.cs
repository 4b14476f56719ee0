using Overlap.Cli.Jobs.Fetch;
using Overlap.Cli.Programs;
using Overlap.Cli.Rendering;

namespace Overlap.Cli.Tests.Programs;

public sealed class ProjectBuildTests : IDisposable
{
    private static readonly DateTime Built = new(2026, 1, 2, 0, 0, 0, DateTimeKind.Utc);

    private readonly TemporaryFolder _folder = new();
    private readonly string _source;
    private readonly string _assembly;

    public ProjectBuildTests()
    {
        Write("App/App.csproj", "<Project><PropertyGroup /></Project>");
        Write("App/obj/project.assets.json", """{"libraries": {}}""");
        _source = Write("App/Tasks.cs", "");
        _assembly = Write("App/bin/Debug/net10.0/App.dll", "");
        Write("App/bin/Debug/net10.0/App.deps.json", "");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task EnsureAsync_Fresh_BuildsNothing()
    {
        using StringWriter told = new();

        Assert.Equal(_assembly, await ProjectBuild.EnsureAsync(_folder.PathOf("App"), new Messages(told), TimeProvider.System));
        Assert.Equal("", told.ToString());
    }

    [Fact]
    public async Task EnsureAsync_AnotherBuilds_SaysThatItWaitsAndTakesWhatThatHasBuilt()
    {
        File.SetLastWriteTimeUtc(_source, Built.AddHours(1));
        using FileStream other = new(_folder.PathOf("App/obj/overlap.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        Assert.Equal(0, Libc.Lock((int)other.SafeFileHandle.DangerousGetHandle(), Libc.LockExclusiveNow));
        using StringWriter told = new();
        Task<string> waiting = ProjectBuild.EnsureAsync(_folder.PathOf("App"), new Messages(told), TimeProvider.System);

        ProjectOutput.Stamp(_assembly, Built.AddHours(2));
        other.Dispose();

        Assert.Equal(_assembly, await waiting);
        Assert.Equal("overlap: waiting for another build of App ...\n", told.ToString());
    }

    private string Write(string name, string text)
    {
        string path = _folder.PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        File.SetLastWriteTimeUtc(path, Built);
        return path;
    }
}
