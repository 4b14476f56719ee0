using System.Text.Json;

namespace Overlap.Cli.Tests.Commands;

public sealed class TimelineCommandTests : IDisposable
{
    private const string Header = "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task FromJobLog_GoodJournal_IsDrawn()
    {
        string log = Write("jobs.log", Header + "1\t:\t1795287747.691\t     0.042\t0\t2\t0\t0\techo a\n2\t:\t1795287747.700\t     0.020\t0\t2\t1\t0\techo b\n");

        (int exitCode, string output, string error) = await InProcess.RunAsync("timeline", "--from-joblog", log);

        Assert.Equal((0, ""), (exitCode, error));
        Assert.StartsWith("jobs.log\n\njoblog: 42.0 ms · 2 workers · 2 items · 1 failed\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FromJobLog_BadLine_OneLineThatNamesItAndUsageCode()
    {
        string log = Write("jobs.log", Header + "1\t:\t1\tsoon\t0\t0\t0\t0\ta\n");

        (int exitCode, string output, string error) = await InProcess.RunAsync("timeline", "--from-joblog", log);

        Assert.Equal((2, "", $"overlap: {log} is no joblog: line 2: JobRuntime is \"soon\", not a number of seconds from 0 to 1000000000\n"), (exitCode, output, error));
    }

    [Fact]
    public async Task FromJobLog_WrittenByOverlapRun_IsDrawn()
    {
        string log = _folder.PathOf("own.log");
        await CliProcess.RunAsync("run", "-q", "-j", "2", "--joblog", log, "--", "true", "{}", ":::", "a", "b");

        string output = (await InProcess.RunAsync("timeline", "--from-joblog", log, "--format", "json")).Output;

        Assert.Equal(["true a", "true b"], SpansOf(output).Select(static span => span.GetProperty("label").GetString()!).Order());
    }

    [Theory]
    [InlineData("timeline: of what? a recording", "timeline")]
    [InlineData("timeline: a recording and a journal of commands: give one of them", "timeline", "a.json", "--from-joblog", "b.log")]
    public async Task Timeline_NotOneRecording_OneLineAndUsageCode(string message, params string[] arguments)
    {
        (int exitCode, string output, string error) = await InProcess.RunAsync(arguments);

        Assert.Equal((2, ""), (exitCode, output));
        Assert.StartsWith($"overlap: {message}", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ManyShortCommands_HasNoLaneMoreThanItHasPlaces()
    {
        string file = _folder.PathOf("run.json");
        (int exitCode, string output, _) = await CliProcess.RunAsync(["run", "-q", "--json", "-j", "2", "--timeline", file, "--", "true", "{}", ":::", .. Enumerable.Range(1, 60).Select(static item => $"{item}")]);

        using JsonDocument timeline = JsonDocument.Parse(File.ReadAllText(file));
        JsonElement recording = timeline.RootElement.GetProperty("timelines")[0];
        Assert.Equal(0, exitCode);
        Assert.InRange(recording.GetProperty("lanes").GetArrayLength(), 1, 2);
        Assert.Equal((2, 2), (recording.GetProperty("workers").GetInt32(), JsonDocument.Parse(output).RootElement.GetProperty("workers").GetInt32()));
    }

    [Fact]
    public async Task Processes_Recorded_EachLaneHasTheNumberOfItsOwnProcess()
    {
        string file = _folder.PathOf("fib.json");
        using CliProcess fib = CliProcess.Start("fib", "-q", "--n", "20", "--times", "8", "-j", "2", "--model", "processes", "--timeline", file);
        int parent = fib.ProcessId;
        await fib.EndAsync();

        using JsonDocument timeline = JsonDocument.Parse(File.ReadAllText(file));
        int[] processes = [.. timeline.RootElement.GetProperty("timelines")[0].GetProperty("lanes").EnumerateArray().Select(static lane => lane.GetProperty("pid").GetInt32())];
        Assert.NotEmpty(processes);
        Assert.Equal(processes.Distinct(), processes);
        Assert.DoesNotContain(parent, processes);
    }

    private static IEnumerable<JsonElement> SpansOf(string json) =>
        JsonDocument.Parse(json).RootElement.GetProperty("timelines")[0].GetProperty("lanes").EnumerateArray().SelectMany(static lane => lane.GetProperty("spans").EnumerateArray());

    private string Write(string name, string text)
    {
        string path = _folder.PathOf(name);
        File.WriteAllText(path, text);
        return path;
    }
}
