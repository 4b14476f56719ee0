using System.Diagnostics;
using Overlap.Cli.Tests.Commands;

namespace Overlap.Cli.Tests.Packing;

/// <summary>The tool as users get it: packed, installed from a folder, started.</summary>
public sealed class PackedToolTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Pack_InstalledFromTheFolder_RunsCompiledAheadAndStartsWorkers()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.X64,
            "the package compiled ahead is for Linux x64");
        string root = Root();
        Assert.SkipUnless(File.Exists(Path.Combine(root, "artifacts/overlap/.published")), "there is no build to pack: ./overlap makes one");
        File.WriteAllText(_folder.PathOf("nuget.config"), "<configuration><packageSources><clear/><add key=\"here\" value=\"packages\"/></packageSources></configuration>");

        // What ./overlap has built is packed, under its lock: two builds at once would write the same files. Nothing is restored, so nothing is fetched.
        string publishing = Path.Combine(root, "artifacts/.publish.lock");
        await RunAsync("flock", publishing, "dotnet", "pack", Path.Combine(root, "src/Overlap.Cli"), "--configuration", "Release", "--no-build",
            "-p:ToolPackageRuntimeIdentifiers=linux-x64", "-nodeReuse:false", "--output", _folder.PathOf("packages"), "--verbosity", "quiet", "--nologo");
        await RunAsync("dotnet", "tool", "install", "Overlap.Cli", "--tool-path", _folder.PathOf("tools"), "--configfile", _folder.PathOf("nuget.config"));

        string tool = _folder.PathOf("tools/overlap");
        Assert.Matches(@"^overlap \d+\.\d+\.\d+\S* \(commit [0-9a-f]{12}\)\n$", await RunAsync(tool, "--version"));
        Assert.Equal("", await RunAsync(tool, "fib", "--n", "5", "--times", "3", "--model", "processes", "--quiet"));
        string compiled = Directory.EnumerateFiles(_folder.PathOf("tools/.store"), "Overlap.dll", SearchOption.AllDirectories).Single();
        Assert.True(HasCompiledCode(compiled), "Overlap.dll holds no code compiled ahead");
    }

    private static bool HasCompiledCode(string path)
    {
        using System.Reflection.PortableExecutable.PEReader image = new(File.OpenRead(path));
        return image.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size > 0;
    }

    private async Task<string> RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = _folder.PathOf("."),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1", ["DOTNET_NOLOGO"] = "1" },
        })!;
        using Patience patience = new(process);
        (int exitCode, string output, string error) = await patience.WaitAsync(process);
        Assert.True(exitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {exitCode}: {output}{error}");
        return output;
    }

    private static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Overlap.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The checkout was not found.");
    }
}
