using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Overlap.Samples.Tests;

/// <summary>What <c>docs/queue/operating.md</c> shows of the command line is what comes of it, beside a worker of the video queue.</summary>
public sealed partial class QueueTranscriptTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("overlap-transcript-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task OperatingPage_Transcripts_AreWhatComesOfThem()
    {
        string page = await File.ReadAllTextAsync(Path.Combine(RepositoryFolder.Root, "docs", "queue", "operating.md"), TestContext.Current.CancellationToken);
        string[] told = [.. Block().Matches(page).Select(static block => block.Groups[1].Value).Where(static block => !block.StartsWith("$ dotnet", StringComparison.Ordinal))];
        using Process worker = Start("exec overlap worker --app \"$APP\" --name video@here");
        try
        {
            // On a busy machine it says first that it tries on.
            while (await worker.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line && !line.Contains(" consumes ", StringComparison.Ordinal))
            {
            }

            StringBuilder expected = new();
            StringBuilder came = new();
            foreach (string block in told)
            {
                foreach (string line in block.Split('\n'))
                {
                    expected.Append(line).Append('\n');
                    if (line.StartsWith("$ ", StringComparison.Ordinal))
                    {
                        came.Append(line).Append('\n').Append(await RunUntilToldAsync(line[2..]));
                    }
                }
            }

            Assert.Equal(Normalize(expected.ToString()), Normalize(came.ToString()));
        }
        finally
        {
            worker.Kill(entireProcessTree: true);
            await worker.WaitForExitAsync(CancellationToken.None);
        }
    }

    // VideoQueueSampleTests proves that this is what comes.
    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/queue/index.md")]
    public void Page_TwoTerminals_ShowsWhatTheSamplePrints(string page)
    {
        string text = File.ReadAllText(Path.Combine(RepositoryFolder.Root, page));

        Assert.All(ExpectedOutput.Of("VideoQueue").Split('\n'), line => Assert.Contains(line, text, StringComparison.Ordinal));
    }

    // What differs from machine to machine and from run to run; blank lines, of which a block has one more at its end.
    private static string Normalize(string text) => Varying().Replace(text, "#").Replace("\n\n", "\n", StringComparison.Ordinal);

    // A call is told to have ended before its message is put aside.
    private async Task<string> RunUntilToldAsync(string command)
    {
        string output;
        do
        {
            output = await RunAsync(command);
        }
        while (output.Length == 0 && command == "overlap dead-letters list");
        return output;
    }

    private async Task<string> RunAsync(string command)
    {
        using Process process = Start(command);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return output;
    }

    private Process Start(string command)
    {
        DirectoryInfo own = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        string built = own.Parent!.Parent!.FullName;
        ProcessStartInfo start = new("/bin/sh", ["-c", $"exec 2>&1; {command}"]) { RedirectStandardOutput = true, WorkingDirectory = _folder };

        // The name that the page has, in the first folder of the path.
        string names = Directory.CreateDirectory(Path.Combine(_folder, "names")).FullName;
        string name = Path.Combine(names, "overlap");
        if (!File.Exists(name))
        {
            File.CreateSymbolicLink(name, Path.Combine(built, "Overlap.Cli", own.Name, "Overlap.Cli"));
        }

        start.Environment["PATH"] = $"{names}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["APP"] = Path.Combine(built, "VideoQueue", own.Name, "VideoQueue.dll");
        start.Environment["VIDEO_SECONDS"] = "0.05";
        start.Environment.Remove("OVERLAP_BROKER");
        start.Environment.Remove("OVERLAP_BACKEND");
        return Process.Start(start)!;
    }

    [GeneratedRegex(@"^```console\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT[\d:]+Z|SQLite [\d.]+|overlap [\d.]+ .*|[\d,]+ bytes")]
    private static partial Regex Varying();
}
