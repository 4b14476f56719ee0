using System.Text.Json;
using Overlap.Timelines;
using Overlap.Timelines.Drawing;
using static Overlap.Tests.Timelines.Drawing.SampleTimelines;

namespace Overlap.Tests.Timelines.Drawing;

public sealed class ChromeTraceTests
{
    [Fact]
    public void Write_ClassicRecordings_PassesTheChecker()
    {
        Check([.. Pages()]);
    }

    [Fact]
    public void Write_OverlappingCallsOnALane_AreGivenFurtherThreads()
    {
        using JsonDocument trace = Check([Of("async", 100, 10, LaneOf(0, LaneKind.Slot, Call(0, 0, 50), Call(1, 10, 60), Call(2, 55, 90)))]);

        Assert.Equal([1, 1, 2], Items(trace).Select(slice => slice.GetProperty("tid").GetInt32()));
    }

    [Fact]
    public void Write_HostileLabels_PassesTheChecker()
    {
        Check([HostileLabels.Timeline(), .. HostileLabels.Titles()]);
    }

    [Fact]
    public void Write_NoTimelines_IsAnEmptyTrace()
    {
        using JsonDocument trace = Check([]);

        Assert.Empty(trace.RootElement.GetProperty("traceEvents").EnumerateArray());
    }

    [Fact]
    public void Write_OneCall_HasItsPhasesInside()
    {
        using JsonDocument trace = Check([Of("async", 80, 8, LaneOf(0, LaneKind.Slot, Call(0, 10, 80, 8, SpanStatus.Failed, "a", Part(SpanPhase.Throttled, 10, 16), Part(SpanPhase.Working, 16, 24))))]);

        Assert.Equal(
            ["a 0..70000", "throttled 0..6000", "working 6000..14000", "waiting 14000..70000"],
            Slices(trace).Select(slice => $"{slice.GetProperty("name").GetString()} {Begin(slice)}..{End(slice)}"));
    }

    [Fact]
    public void Write_SeveralProcesses_AreSeparate()
    {
        Lane[] lanes = [LaneOf(0, LaneKind.Process, Call(0, 0, 10)) with { ProcessId = 100 }, LaneOf(1, LaneKind.Process, Call(1, 0, 10)) with { ProcessId = 200 }];
        using JsonDocument trace = Check([Of("processes", 10, 1, lanes)]);

        // The first is what belongs to both: the counters.
        Assert.Equal([2, 3], Items(trace).Select(slice => slice.GetProperty("pid").GetInt32()));
        Assert.Contains(trace.RootElement.GetProperty("traceEvents").EnumerateArray(), e =>
            e.GetProperty("name").GetString() == "process_name" && e.GetProperty("args").GetProperty("name").GetString() == "pages processes · process 200");
    }

    [Fact]
    public void Write_ManyCalls_LimitsTheCounters()
    {
        using JsonDocument trace = Check([Many(20_000)]);

        Assert.InRange(trace.RootElement.GetProperty("traceEvents").EnumerateArray().Count(e => e.GetProperty("name").GetString() == "in flight"), 1_000, 4_002);
    }

    /// <summary>What a viewer insists on: whole numbers for processes and threads, each named, and on a thread only slices that nest.</summary>
    private static JsonDocument Check(Timeline[] timelines)
    {
        using MemoryStream stream = new();
        ChromeTrace.Write(stream, timelines);
        JsonDocument trace = JsonDocument.Parse(stream.ToArray());
        HashSet<(int, int)> named = [];
        Dictionary<(int, int), Stack<decimal>> open = [];
        foreach (JsonElement e in trace.RootElement.GetProperty("traceEvents").EnumerateArray())
        {
            int process = e.GetProperty("pid").GetInt32();
            switch (e.GetProperty("ph").GetString())
            {
                case "M":
                    _ = named.Add((process, e.TryGetProperty("tid", out JsonElement thread) ? thread.GetInt32() : 0));
                    break;
                case "C":
                    Assert.True(e.GetProperty("ts").GetDecimal() >= 0);
                    Assert.Single(e.GetProperty("args").EnumerateObject());
                    break;
                case "X":
                    (int, int) place = (process, e.GetProperty("tid").GetInt32());
                    Assert.Contains(place, named);
                    Assert.Contains((process, 0), named);
                    Assert.True(End(e) >= Begin(e) && Begin(e) >= 0);
                    Stack<decimal> stack = open.TryGetValue(place, out Stack<decimal>? found) ? found : open[place] = new Stack<decimal>();
                    while (stack.TryPeek(out decimal end) && end <= Begin(e))
                    {
                        _ = stack.Pop();
                    }

                    Assert.True(!stack.TryPeek(out decimal outer) || End(e) <= outer, $"{e} leaves the slice around it");
                    stack.Push(End(e));
                    break;
                default:
                    Assert.Fail($"{e} is an event of a kind nobody asked for");
                    break;
            }
        }

        return trace;
    }

    private static decimal Begin(JsonElement slice) => slice.GetProperty("ts").GetDecimal();

    private static decimal End(JsonElement slice) => Begin(slice) + slice.GetProperty("dur").GetDecimal();

    private static IEnumerable<JsonElement> Slices(JsonDocument trace) =>
        trace.RootElement.GetProperty("traceEvents").EnumerateArray().Where(e => e.GetProperty("ph").GetString() == "X");

    private static IEnumerable<JsonElement> Items(JsonDocument trace) => Slices(trace).Where(slice => slice.GetProperty("cat").GetString() == "item");
}
