using System.Diagnostics;
using System.Text;
using Overlap.Timelines;
using Overlap.Timelines.Drawing;
using static Overlap.Tests.Timelines.Drawing.SampleTimelines;

namespace Overlap.Tests.Timelines.Drawing;

public sealed class JobLogFileTests
{
    private const string Header = "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\n";

    // GNU parallel 20221122: parallel -j2 --joblog LOG --timeout 0.3 ::: 'echo a' $'printf x\ty' 'sleep 0.1; kill -9 $$' 'sleep 2' 'exit 3'
    private const string Captured = Header
        + "1\t:\t1795287747.691\t     0.042\t0\t2\t0\t0\techo a\n"
        + "3\t:\t1795287747.786\t     0.043\t0\t1\t0\t0\tprintf x\ty\n"
        + "4\t:\t1795287747.829\t     0.099\t0\t0\t0\t9\tsleep 0.1; kill -9 $$\n"
        + "6\t:\t1795287747.977\t     0.003\t0\t0\t3\t0\texit 3\n"
        + "5\t:\t1795287747.881\t     1.198\t0\t0\t-1\t15\tsleep 2\n";

    [Fact]
    public void Read_WrittenByGnuParallel_HasEachCommandAtItsTime()
    {
        Timeline timeline = Read(Captured);

        Assert.Equal(
            [(1L, "echo a", 0d, 42d), (3, "printf x\ty", 95, 138), (4, "sleep 0.1; kill -9 $$", 138, 237), (5, "sleep 2", 190, 1388), (6, "exit 3", 286, 289)],
            Spans(timeline).Select(static span => (span.Item, span.Label!, span.Started.TotalMilliseconds, span.Finished.TotalMilliseconds)));
        Assert.Equal([4L, 5, 6], Spans(timeline).Where(static span => span.Status == SpanStatus.Failed).Select(static span => span.Item));
        Assert.Equal(("jobs", "joblog", 2, Ms(1388)), (timeline.Title, timeline.Model, timeline.Workers, timeline.Duration));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1795287747691), timeline.StartedAt);
    }

    [Fact]
    public void Read_AnyJournal_SaysNothingOfWorkOrWaiting()
    {
        TimelineSummary summary = Read(Captured).Summarize();

        Assert.Equal((TimeSpan.Zero, TimeSpan.Zero, summary.ItemTime), (summary.Working, summary.Waiting, summary.Unattributed));
    }

    [Fact]
    public void Draw_AJournal_NamesNoProcessorAndShowsUnattributedOnly()
    {
        string text = string.Join('\n', TimelineText.Draw([Read(Captured)], new TimelineTextOptions { Width = 60 }));

        Assert.DoesNotContain("CPU", text, StringComparison.Ordinal);
        Assert.DoesNotContain("░", text, StringComparison.Ordinal);
        Assert.Contains("place 1   ▒▒", text, StringComparison.Ordinal);
        Assert.Contains("unattributed 100 %", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WrittenByOverlapRun_LeavesTheKeyOut()
    {
        Timeline timeline = Read(Header + "1\t:\t10.000\t0.134\t0\t0\t0\t0\tsleep 0.1 #06ea8494d9cc662ba95ee3f6e7d8206b\n");

        Assert.Equal("sleep 0.1", Assert.Single(Spans(timeline)).Label);
    }

    [Fact]
    public void Read_JsonLinesOfOverlap_AreACommandEach()
    {
        Timeline timeline = Read(
            """
            {"seq":1,"host":null,"starttime":1795287082.759,"jobRuntime":0.120103,"exitval":0,"signal":0,"job":"run","item":"1","command":"sleep 0.1","error":null}
            {"seq":2,"host":null,"starttime":1795287082.76,"jobRuntime":0.2217,"exitval":1,"signal":0,"job":"fetch","item":"http://localhost/"}

            """);

        Assert.Equal(
            [("sleep 0.1", SpanStatus.Succeeded), ("http://localhost/", SpanStatus.Failed)],
            Spans(timeline).Select(static span => (span.Label!, span.Status)));
    }

    [Fact]
    public void Read_WindowsLineEndsAndByteOrderMark_AreAccepted() =>
        Assert.Equal(Spans(Read(Captured)).Select(static span => span.Label), Spans(Read("\uFEFF" + Captured.ReplaceLineEndings("\r\n"))).Select(static span => span.Label));

    [Fact]
    public void Read_SeveralHosts_HaveLanesOfTheirOwn()
    {
        Timeline timeline = Read(Header + "1\ta\t1\t5\t0\t0\t0\t0\tx\n2\tb\t2\t5\t0\t0\t0\t0\tx\n3\ta\t2\t5\t0\t0\t0\t0\tx\n");

        Assert.Equal(["a 1", "a 2", "b 1"], timeline.Lanes.Select(static lane => lane.Name));
        Assert.Equal([0, 1, 2], timeline.Lanes.Select(static lane => lane.Index));
    }

    [Fact]
    public void Read_ColumnsInAnotherOrderAndMore_AreFoundByTheirNames()
    {
        Timeline timeline = Read("Seq\tNew\tJobRuntime\tStarttime\tSignal\tExitval\tCommand\n7\tx\t2\t100\t0\t0\ta\n");

        Assert.Equal((7L, Ms(2000)), (Assert.Single(Spans(timeline)).Item, timeline.Duration));
    }

    [Theory]
    [InlineData("line 1: is not the header of a joblog", "hello\n")]
    [InlineData("line 1: has no column JobRuntime", "Seq\tHost\tStarttime\tExitval\tSignal\tCommand\n")]
    [InlineData("line 2: Seq is \"x\", not a whole number", Header + "x\t:\t1\t1\t0\t0\t0\t0\ta\n")]
    [InlineData("line 2: Starttime is \"NaN\", not a number of seconds", Header + "1\t:\tNaN\t1\t0\t0\t0\t0\ta\n")]
    [InlineData("line 2: Starttime is \"1e400\", not a number of seconds", Header + "1\t:\t1e400\t1\t0\t0\t0\t0\ta\n")]
    [InlineData("line 2: Starttime is \"999999999…9999999999\", not a number", Header + "1\t:\t9999999999999999999999999999999999\t1\t0\t0\t0\t0\ta\n")]
    [InlineData("line 3: JobRuntime is \"-1\", not a number of seconds", Header + "1\t:\t1\t1\t0\t0\t0\t0\ta\n2\t:\t1\t-1\t0\t0\t0\t0\ta\n")]
    [InlineData("line 2: Exitval is \"\", not a whole number", Header + "1\t:\t1\t1\t0\t0\t\t0\ta\n")]
    [InlineData("line 2: has 3 columns of 9", Header + "1\t:\t1\n2\t:\t1\t1\t0\t0\t0\t0\ta\n")]
    [InlineData("line 3: starts more than thirty years after", Header + "1\t:\t0\t1\t0\t0\t0\t0\ta\n2\t:\t1795287747\t1\t0\t0\t0\t0\ta\n")]
    [InlineData("line 2: is not JSON", "{\"seq\":1,\"starttime\":1,\"jobRuntime\":1,\"exitval\":0,\"signal\":0}\n{\"seq\":\n")]
    [InlineData("line 1: jobRuntime is missing", "{\"seq\":1,\"starttime\":1,\"exitval\":0,\"signal\":0}\n")]
    [InlineData("file: is empty", "")]
    public void Read_NotAJournal_NamesTheLine(string message, string text) =>
        Assert.StartsWith(message, Assert.Throws<TimelineFormatException>(() => Read(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_HeaderAlone_IsARunOfNothing() => Assert.Empty(Read(Header).Lanes);

    [Fact]
    public void Read_LastLineTorn_IsLeftOut() => Assert.Equal(5, Spans(Read(Captured + "7\t:\t17952877")).Count());

    [Fact]
    public void Read_JournalsBehindEachOther_SkipsTheHeaderBetween() => Assert.Equal(10, Spans(Read(Captured + Captured)).Count());

    [Fact]
    public void Read_AnyByteChanged_ThrowsNothingElse()
    {
        Random random = new(11);
        for (int round = 0; round < 5_000; round++)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(Captured);
            for (int i = random.Next(1, 4); i > 0; i--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            try
            {
                _ = TimelineText.Draw([JobLogFile.Read(new MemoryStream(bytes, 0, random.Next(bytes.Length + 1)), "x")]);
            }
            catch (TimelineFormatException exception)
            {
                Assert.Matches("^(line [0-9]+|file): ", exception.Message);
            }
        }
    }

    [Fact]
    public void Read_LineWithoutEnd_IsRefusedBeforeItFillsTheMemory()
    {
        using EndlessStream stream = new();

        Assert.Equal("line 1: is longer than 4 MiB", Assert.Throws<TimelineFormatException>(() => JobLogFile.Read(stream, "x")).Message);
        Assert.True(stream.Given <= 8 << 20, $"{stream.Given} bytes were read");
    }

    [Fact]
    public void Read_AMillionLines_AreAMillionCommandsOnFewLanes()
    {
        using MemoryStream stream = new();
        using (StreamWriter writer = new(stream, leaveOpen: true))
        {
            writer.Write(Header);
            for (int i = 1; i <= 1_000_000; i++)
            {
                writer.Write($"{i}\t:\t{1_000_000 + (i * 0.25m)}\t0.490\t0\t0\t0\t0\tx\n");
            }
        }

        stream.Position = 0;
        Timeline timeline = JobLogFile.Read(stream, "x");

        Assert.Equal((2, 1_000_000), (timeline.Lanes.Length, timeline.Lanes.Sum(static lane => lane.Spans.Length)));
    }

    [Fact]
    public async Task Read_RealGnuParallel_HasItsCommands()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/parallel"), "GNU parallel is not installed (package parallel)");
        string log = Path.GetTempFileName();
        try
        {
            using (Process parallel = Process.Start(new ProcessStartInfo("parallel", ["--will-cite", "-j2", "--joblog", log, "test {} != 3", ":::", "1", "2", "3", "4"]))!)
            {
                await parallel.WaitForExitAsync(TestContext.Current.CancellationToken);
            }

            using FileStream stream = File.OpenRead(log);
            Assert.Equal(
                [(1L, "test 1 != 3", SpanStatus.Succeeded), (2, "test 2 != 3", SpanStatus.Succeeded), (3, "test 3 != 3", SpanStatus.Failed), (4, "test 4 != 3", SpanStatus.Succeeded)],
                Spans(JobLogFile.Read(stream, "x")).Select(static span => (span.Item, span.Label!, span.Status)).Order());
        }
        finally
        {
            File.Delete(log);
        }
    }

    private static Timeline Read(string text) => JobLogFile.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), "jobs");

    private static IEnumerable<Span> Spans(Timeline timeline) => timeline.Lanes.SelectMany(static lane => lane.Spans).OrderBy(static span => span.Started);

    private sealed class EndlessStream : Stream
    {
        public long Given { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => Given; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            buffer.AsSpan(offset, count).Fill((byte)'a');
            Given += count;
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
