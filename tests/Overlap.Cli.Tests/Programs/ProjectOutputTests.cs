using Overlap.Cli.Jobs;
using Overlap.Cli.Programs;

namespace Overlap.Cli.Tests.Programs;

public sealed class ProjectOutputTests : IDisposable
{
    private static readonly DateTime Built = new(2026, 1, 2, 0, 0, 0, DateTimeKind.Utc);
    private static readonly DateTime Before = Built.AddHours(-1);
    private static readonly DateTime After = Built.AddHours(1);

    private readonly TemporaryFolder _folder = new();
    private readonly string _assembly;

    public ProjectOutputTests()
    {
        Write("App/App.csproj", "<Project><PropertyGroup /></Project>", Before);
        Write("App/Tasks.cs", "", Before);
        Write("Library/Library.csproj", "<Project />", Before);
        Write("Library/Library.cs", "", Before);
        Write("App/obj/project.assets.json", """{"libraries": {"Library/1.0.0": {"type": "project", "msbuildProject": "../Library/Library.csproj"}, "Other/1.0.0": {"type": "package"}}}""", After);
        _assembly = Write("App/bin/Debug/net10.0/App.dll", "", Built);
        Write("App/bin/Debug/net10.0/App.deps.json", "", Built);
        Write("App/bin/Debug/net10.0/Library.dll", "", Built);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void FindAssembly_Built_GivesIt() => Assert.Equal(_assembly, Output().FindAssembly());

    [Fact]
    public void FindAssembly_TwoConfigurations_GivesTheNewer()
    {
        string release = Write("App/bin/Release/net10.0/App.dll", "", After);
        Write("App/bin/Release/net10.0/App.deps.json", "", After);

        Assert.Equal(release, Output().FindAssembly());
    }

    [Fact]
    public void FindAssembly_OneFolderForAllOutput_GivesIt()
    {
        Directory.Delete(_folder.PathOf("App/bin"), recursive: true);
        string assembly = Write("artifacts/bin/App/debug/App.dll", "", Built);
        Write("artifacts/bin/App/debug/App.deps.json", "", Built);

        Assert.Equal(assembly, Output().FindAssembly());
    }

    [Fact]
    public void FindAssembly_NameOfItsOwn_GivesIt()
    {
        Write("App/App.csproj", "<Project><PropertyGroup><AssemblyName>Film</AssemblyName></PropertyGroup></Project>", Before);
        string assembly = Write("App/bin/Debug/net10.0/Film.dll", "", Built);
        Write("App/bin/Debug/net10.0/Film.deps.json", "", Built);

        Assert.Equal(assembly, Output().FindAssembly());
    }

    [Fact]
    public void IsStale_NothingChanged_No() => Assert.False(Output().IsStale(_assembly));

    [Theory]
    [InlineData("App/Tasks.cs")]
    [InlineData("App/App.csproj")]
    [InlineData("App/Deeper/New.cs")]
    [InlineData("Library/Library.cs")]
    [InlineData("Directory.Build.props")]
    public void IsStale_SourceIsNewer_Yes(string source)
    {
        Write(source, "", After);

        Assert.True(Output().IsStale(_assembly));
    }

    [Theory]
    [InlineData("App/overlap.db")]
    [InlineData("App/obj/Debug/App.GlobalUsings.g.cs")]
    [InlineData("App/.git/hook.cs")]
    public void IsStale_WhatIsNoSourceIsNewer_No(string file)
    {
        Write(file, "", After);

        Assert.False(Output().IsStale(_assembly));
    }

    [Fact]
    public void IsStale_StampIsNewer_No()
    {
        Write("App/Tasks.cs", "", After);
        ProjectOutput.Stamp(_assembly, After.AddHours(1));

        Assert.False(Output().IsStale(_assembly));
    }

    [Fact]
    public void IsStale_NeverRestored_Yes()
    {
        File.Delete(_folder.PathOf("App/obj/project.assets.json"));

        Assert.True(Output().IsStale(_assembly));
    }

    [Fact]
    public void Of_NoSuchFolder_EnvironmentCode() =>
        Assert.Equal(ExitCode.Environment, Assert.Throws<RunException>(() => ProjectOutput.Of(_folder.PathOf("none"))).ExitCode);

    [Fact]
    public void Of_FolderWithoutProject_UsageCode() =>
        Assert.Equal(ExitCode.Usage, Assert.Throws<RunException>(() => ProjectOutput.Of(_folder.PathOf("."))).ExitCode);

    private ProjectOutput Output() => ProjectOutput.Of(_folder.PathOf("App"));

    private string Write(string name, string text, DateTime at)
    {
        string path = _folder.PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        File.SetLastWriteTimeUtc(path, at);
        return path;
    }
}
