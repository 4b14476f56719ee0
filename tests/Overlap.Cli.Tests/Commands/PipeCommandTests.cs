using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Overlap.Cli.Commands;
using Overlap.Cli.Rendering;
using Overlap.Testing;
using Overlap.Timelines;
using Overlap.Timelines.Drawing;

namespace Overlap.Cli.Tests.Commands;

public sealed class PipeCommandTests
{
    // Goes on when everybody sleeps who is to: a stage takes as long as it was told to, however busy the machine is.
    private readonly VirtualTimeProvider _clock = new();

    [Fact]
    public async Task Pipe_SlowSquare_DrawsBothRunsAndTheGain()
    {
        Task<(int, string, string)> run = InProcess.RunAsync(_clock, "pipe", "--count", "24", "--produce", "0s", "--work", "5ms", "--workers", "3");
        await SleepAsync(1, times: 24);
        await SleepAsync(3, times: 8);
        (int exitCode, string output, string error) = await run;

        Assert.Equal(0, exitCode);
        Assert.Equal("", error);
        Assert.Contains("│ square ×1 │", output, StringComparison.Ordinal);
        Assert.Contains("│ square ×3 │", output, StringComparison.Ordinal);
        Assert.Contains("bottleneck: square: it works", output, StringComparison.Ordinal);
        Assert.Contains("× as fast.", output, StringComparison.Ordinal);
        Assert.Contains("0 1 4 9 … 529, in this order", output.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(65)]
    [InlineData(80)]
    [InlineData(120)]
    public async Task Pipe_AnyWidth_BoxesOnlyWhereTheyFit(int width)
    {
        string[] lines = await DrawAsync(width);

        Assert.Equal(width >= 66, lines.Any(static line => line.Contains('┌', StringComparison.Ordinal)));
        Assert.All(lines, line => Assert.InRange(line.Length, 0, Math.Max(width, 66)));
    }

    [Fact]
    public async Task Pipe_SlowSquareAsJson_SquareIsTheBottleneckAndNoItemIsLost()
    {
        Task<JsonDocument> run = ReadAsync("pipe", "--count", "24", "--produce", "0s", "--work", "5ms", "--capacity", "4", "--json");
        await SleepAsync(1, times: 24);
        await SleepAsync(4, times: 6);
        using JsonDocument document = await run;

        JsonElement root = document.RootElement;
        Assert.Equal(1, root.GetProperty("version").GetInt32());
        Assert.False(root.GetProperty("partial").GetBoolean());
        Assert.True(root.GetProperty("speedup").GetDouble() > 1);
        JsonElement[] runs = [.. root.GetProperty("runs").EnumerateArray()];
        Assert.Equal([1, 4], runs.Select(static run => run.GetProperty("workers").GetInt32()));
        Assert.Equal("square", runs[0].GetProperty("bottleneck").GetString());
        Assert.StartsWith("square: it works", runs[0].GetProperty("bottleneckText").GetString(), StringComparison.Ordinal);
        foreach (JsonElement stage in runs.SelectMany(static run => run.GetProperty("stages").EnumerateArray()))
        {
            Assert.Equal(24, stage.GetProperty("itemsIn").GetInt64());
            Assert.Equal(24, stage.GetProperty("itemsOut").GetInt64());
        }
    }

    [Fact]
    public async Task Pipe_SlowGenerator_GeneratorIsTheBottleneck()
    {
        Task<JsonDocument> run = ReadAsync("pipe", "--count", "24", "--produce", "5ms", "--work", "0s", "--json");
        await SleepAsync(1, times: 2 * 24);
        using JsonDocument document = await run;

        Assert.All(
            document.RootElement.GetProperty("runs").EnumerateArray(), static run => Assert.Equal("generate", run.GetProperty("bottleneck").GetString()));
    }

    [Fact]
    public async Task Pipe_OneNumber_IsPrinted()
    {
        Task<JsonDocument> run = ReadAsync("pipe", "--count", "1", "--produce", "0s", "--work", "1ms", "--capacity", "1", "--workers", "1", "--json");
        await SleepAsync(1, times: 2);
        using JsonDocument document = await run;

        Assert.All(document.RootElement.GetProperty("runs").EnumerateArray(), static run => Assert.Equal(1, run.GetProperty("items").GetInt32()));
    }

    [Theory]
    [InlineData("--count", "0", "--count: '0' is not a whole number from 1 to 100,000,000")]
    [InlineData("--workers", "0", "--workers: '0' is not a whole number from 1 to 100,000")]
    [InlineData("--capacity", "0", "--capacity: '0' is not a whole number from 1 to 1,000,000")]
    [InlineData("--work", "soon", "--work: 'soon' is not a duration such as 85ms, 30s, 2m or 1h")]
    public async Task Pipe_ValueOutOfBounds_SaysWhatIsExpected(string option, string value, string message)
    {
        (int exitCode, string output, string error) = await InProcess.RunAsync("pipe", option, value);

        Assert.Equal(2, exitCode);
        Assert.Equal("", output);
        Assert.StartsWith($"overlap: {message}", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pipe_Timeline_HasALaneForEachWorkerOfTheSquare()
    {
        using TemporaryFolder folder = new();
        string file = folder.PathOf("pipe.json");

        Task<(int, string, string)> run = InProcess.RunAsync(_clock, "pipe", "--count", "24", "--produce", "0s", "--work", "5ms", "--timeline", file);

        // The recorder's own timer is one more; it falls due with others.
        await SleepAsync(1 + 1, times: 24);
        await SleepAsync(4 + 1, times: 6);
        (int exitCode, _, string error) = await run;

        Assert.True(exitCode == 0, $"exit code {exitCode}: {error}");
        ImmutableArray<Timeline> timelines = TimelineFile.Read(file);
        Assert.Equal([1, 4], timelines.Select(static timeline => timeline.Lanes.Count(static lane => lane.Name.StartsWith("square", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task Pipe_TimelineOfUnknownForm_IsRefusedBeforeTheRun()
    {
        (int exitCode, string output, string error) = await InProcess.RunAsync("pipe", "--timeline", "pipe.xml");

        Assert.Equal(2, exitCode);
        Assert.Equal("", output);
        Assert.StartsWith("overlap: 'pipe.xml' ends in none of", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pipe_OnATerminal_LeavesNothingOfTheLivePicture()
    {
        using MemoryStream output = new();
        using MemoryStream error = new();
        Terminal terminal = new(output, error, Stream.Null)
        {
            ErrorIsTerminal = true,
            Width = 80,
            TimeProvider = _clock,
            Environment = static name => name == "TERM" ? "xterm" : null,
        };

        // The picture's own timer is one more.
        Task<int> run = CommandLine.RunAsync(["pipe", "--count", "28", "--produce", "0s", "--work", "10ms", "--color", "never"], terminal);
        await SleepAsync(1 + 1, times: 28);
        await SleepAsync(4 + 1, times: 7);
        int exitCode = await run;

        string drawn = Encoding.UTF8.GetString(error.ToArray());
        Assert.Equal(0, exitCode);
        Assert.Contains("1 worker squares: ", drawn, StringComparison.Ordinal);
        Assert.EndsWith("\e[J", drawn, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', Encoding.UTF8.GetString(output.ToArray()));
    }

    private static async Task<string[]> DrawAsync(int width)
    {
        using MemoryStream output = new();
        Terminal terminal = new(output, Stream.Null, Stream.Null) { Width = width };
        int exitCode = await CommandLine.RunAsync(["pipe", "--count", "4", "--produce", "0s", "--work", "0s"], terminal);
        Assert.Equal(0, exitCode);
        return Encoding.UTF8.GetString(output.ToArray()).Split('\n');
    }

    /// <summary>Lets so many sleep so many times, each time until the first of them wakes.</summary>
    private async Task SleepAsync(int sleepers, int times)
    {
        for (int i = 0; i < times; i++)
        {
            await _clock.WaitForTimersAsync(sleepers, TestContext.Current.CancellationToken).WaitAsync(Patience.Usual);
            _clock.AdvanceToNextTimer();
        }
    }

    private async Task<JsonDocument> ReadAsync(params string[] arguments)
    {
        (int exitCode, string output, string error) = await InProcess.RunAsync(_clock, arguments);
        Assert.True(exitCode == 0, $"exit code {exitCode}: {error}");
        return JsonDocument.Parse(output);
    }
}
