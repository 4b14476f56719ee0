using System.Diagnostics;

namespace Overlap.Cli.Tests.Commands;

/// <summary>The script at the root of the checkout: it becomes the program, in the caller's folder.</summary>
public sealed class ScriptTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Overlap_ThroughALinkFromAnotherFolder_WorksThereAndPassesTheExitCode()
    {
        string link = _folder.PathOf("linked");
        File.CreateSymbolicLink(link, Script());
        File.WriteAllText(_folder.PathOf("list.txt"), "not a url\n");
        using Process process = Start(link, "fetch", "-i", "list.txt", "--out", "pages", "--quiet", "--json");
        using Patience patience = new(process);
        (int exitCode, string output, _) = await patience.WaitAsync(process);

        Assert.Equal(1, exitCode);
        Assert.StartsWith("{\"version\":1,\"job\":\"fetch\"", output, StringComparison.Ordinal);
        Assert.True(Directory.Exists(_folder.PathOf("pages")));
    }

    [Fact]
    public async Task Overlap_Terminated_SignalReachesTheProgramItself()
    {
        using Process process = Start(Script(), "site");
        using Patience patience = new(process);
        string? address = await process.StandardOutput.ReadLineAsync(patience.Token);
        Assert.StartsWith("http://127.0.0.1:", address, StringComparison.Ordinal);

        // The program took the script's place: were it a child, the signal would end the script and leave the site behind.
        string command = File.ReadAllText($"/proc/{process.Id}/cmdline");
        using Process kill = Process.Start("/bin/kill", ["-TERM", $"{process.Id}"]);
        await process.WaitForExitAsync(patience.Token);

        Assert.Contains("Overlap.Cli\0site", command, StringComparison.Ordinal);
        await Assert.ThrowsAsync<HttpRequestException>(async () =>
        {
            using HttpClient client = new();
            await client.GetAsync(new Uri(address!), TestContext.Current.CancellationToken);
        });
    }

    private Process Start(string program, params string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        RedirectStandardOutput = true,
        WorkingDirectory = _folder.PathOf("."),
    })!;

    private static string Script()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Overlap.slnx")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder?.FullName ?? throw new InvalidOperationException("The checkout was not found."), "overlap");
    }
}
