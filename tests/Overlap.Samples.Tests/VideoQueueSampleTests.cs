using System.Diagnostics;

namespace Overlap.Samples.Tests;

/// <summary>The worker of one sample and the client of another, over a file in a folder of the test's own.</summary>
public sealed class VideoQueueSampleTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("overlap-sample-").FullName;
    private Process _worker = null!;
    private string _greeting = "";

    public async ValueTask InitializeAsync()
    {
        _worker = Start("Overlap.Cli", "Overlap.Cli", "worker", "--app", PathOf("VideoQueue", "VideoQueue.dll"), "--name", "video@here", "--concurrency", "2");

        // On a busy machine it says first that it tries on.
        do
        {
            _greeting = await _worker.StandardError.ReadLineAsync(TestContext.Current.CancellationToken) ?? throw new InvalidOperationException("The worker ended before it consumed.");
        }
        while (!_greeting.Contains(" consumes ", StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        _worker.Kill();
        await _worker.WaitForExitAsync(CancellationToken.None);
        _worker.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Worker_CalledFromTheCommandLine_PrintsExpectedOutput()
    {
        string result = await RunAsync("Overlap.Cli", "Overlap.Cli", "call", "tasks.process_video", "--args", """["home_video.mp4"]""", "--wait");

        Assert.Equal(ExpectedOutput.Of("VideoQueue"), $"{_greeting}\n{result}");
    }

    [Fact]
    public async Task Client_WorkerRuns_PrintsExpectedOutput() =>
        Assert.Equal(ExpectedOutput.Of("VideoQueueClient"), await RunAsync("VideoQueueClient", "VideoQueueClient"));

    [Theory]
    [InlineData("tasks.add", "[2, 3]", "5\n")]
    [InlineData("tasks.sleep", "[0.01]", "null\n")]
    [InlineData("tasks.flaky", "[1]", "2\n")]
    [InlineData("tasks.echo", """[{"a": [1, "é"]}]""", "{\"a\":[1,\"é\"]}\n")]
    [InlineData("tasks.fail", "[]", " failed: InvalidOperationException: failed on purpose\n")]
    public async Task Worker_EachTask_DoesWhatItSays(string task, string arguments, string expected) =>
        Assert.EndsWith(expected, await RunAsync("Overlap.Cli", "Overlap.Cli", "call", task, "--args", arguments, "--wait"), StringComparison.Ordinal);

    private static string PathOf(string project, string file)
    {
        DirectoryInfo own = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(own.Parent!.Parent!.FullName, project, own.Name, file);
    }

    private async Task<string> RunAsync(string project, string program, params string[] arguments)
    {
        using Process process = Start(project, program, arguments);
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return output + await error;
    }

    private Process Start(string project, string program, params string[] arguments)
    {
        ProcessStartInfo start = new(PathOf(project, program), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder,
        };
        start.Environment["VIDEO_SECONDS"] = "0.05";
        start.Environment.Remove("OVERLAP_BROKER");
        start.Environment.Remove("OVERLAP_BACKEND");
        return Process.Start(start)!;
    }
}
