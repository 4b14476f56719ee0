using Overlap.Cli.Commands;
using Overlap.Cli.Rendering;
using Overlap.Timelines;
using Overlap.Timelines.Drawing;
using static Overlap.Cli.Tests.Commands.RunInProcess;

namespace Overlap.Cli.Tests.Commands;

/// <summary>Where what the commands of a run print goes, and how the run tells of them.</summary>
public sealed class RunOutputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_CommandsWriteAtTheSameTime_OutputOfEachStaysTogether()
    {
        (int exitCode, string output, _) = await RunAsync(
            "-q", "-j", "8", "--shell", "for i in 1 2 3 4 5 6 7 8 9; do printf {}; printf {}' '; done; echo", ":::", "a", "b", "c", "d", "e", "f", "g", "h");

        Assert.Equal(0, exitCode);
        Assert.Equal(
            "abcdefgh".Select(static letter => string.Concat(Enumerable.Repeat($"{letter}{letter} ", 9))),
            output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order());
    }

    [Fact]
    public async Task Run_KeepOrder_FirstItemEndsLast_ItsOutputIsFirst()
    {
        using TalkingPipe ended = new(_folder.PathOf("ended"));

        (_, string output, _) = await RunAsync(
            "-q", "-k", "-j", "2", "--shell", $"if test {{}} = 2; then echo two; echo ended > {ended.Path}; else read word < {ended.Path}; echo one; fi", ":::", "1", "2");

        Assert.Equal("one\ntwo\n", output);
    }

    [Fact]
    public async Task Run_Tag_BeforeEachLineOfBothOutputs()
    {
        (_, string output, string error) = await RunAsync("-q", "--tag", "--shell", "echo 1; echo 2; echo 3 >&2; printf 4", ":::", "a b");

        Assert.Equal(("a b\t1\na b\t2\na b\t4\n", "a b\t3\n"), (output, error));
    }

    [Fact]
    public async Task Run_LineBuffer_LinesAreWholeAndTagged()
    {
        (_, string output, _) = await RunAsync(
            "-q", "--line-buffer", "--tag", "-j", "4", "--shell", "for i in 1 2 3; do printf x; echo y; done; printf z", ":::", "a", "b", "c", "d");

        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(16, lines.Length);
        Assert.All("abcd", letter => Assert.Equal(
            [$"{letter}\txy", $"{letter}\txy", $"{letter}\txy", $"{letter}\tz"], lines.Where(line => line[0] == letter)));
    }

    [Fact]
    public async Task Run_BinaryOutput_IsKeptByteForByte()
    {
        byte[] bytes = new byte[300_000];
        new Random(1).NextBytes(bytes);
        File.WriteAllBytes(_folder.PathOf("in"), bytes);
        using MemoryStream output = new();
        using MemoryStream error = new();

        int exitCode = await CommandLine.RunAsync(["run", "-q", "cat", ":::", _folder.PathOf("in")], new Terminal(output, error, Stream.Null));

        Assert.Equal(0, exitCode);
        Assert.True(output.ToArray().AsSpan().SequenceEqual(bytes));
    }

    [Fact]
    public async Task Run_OutputsLargerThanMemoryForThem_ArriveWhole()
    {
        (int exitCode, string output, _) = await RunAsync("-q", "-j", "3", "--", "sh", "-c", "head -c 20000000 /dev/zero | tr '\\0' x", "sh", ":::", "1", "2", "3");

        Assert.Equal((0, 60_000_000), (exitCode, output.Length));
    }

    [Fact]
    public async Task Run_DaemonHoldsTheOutput_ItemEndsWithItsCommand()
    {
        string id = _folder.PathOf("id");

        (int exitCode, string output, _) = await RunAsync("-q", "--shell", $"sleep 1000 & echo $! > {id}; echo done #", ":::", "a");

        Assert.Equal((0, "done\n"), (exitCode, output));
        string daemon = File.ReadAllText(id);
        int processId = int.Parse(daemon, System.Globalization.CultureInfo.InvariantCulture);

        // By its state alone: it may be on its way from the shell to the program, and have no memory of its own yet.
        Assert.False(ProcessState.Of(processId) is null or 'Z' or 'X');
        CliProcess.Signal(processId, CliProcess.Kill);
    }

    [Theory]
    [InlineData("--json")]
    [InlineData("--jsonl")]
    [InlineData("--csv")]
    public async Task Run_DataIsAskedFor_WhatCommandsPrintGoesToStandardError(string format)
    {
        (int exitCode, string output, string error) = await RunAsync("-q", format, "echo", ":::", "printed");

        Assert.Equal((0, "printed\n"), (exitCode, error));
        Assert.DoesNotContain("printed\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Csv_HasExitAndSignal()
    {
        (_, string output, _) = await RunAsync("-q", "-k", "--csv", "--shell", "test {} != k || kill -9 $$; exit {}", ":::", "0", "2", "k");

        string[] lines = output.Split('\n');
        Assert.Equal("item,status,seconds,attempts,error,message,exit,signal", lines[0]);
        Assert.EndsWith(",1,,,0,", lines[1], StringComparison.Ordinal);
        Assert.EndsWith(",1,exit,exit code 2,2,", lines[2], StringComparison.Ordinal);
        Assert.EndsWith(",1,signal,ended by SIGKILL (exit code 137),137,9", lines[3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Timeline_CommandsAreWorkWhereTheyComputeAndWaitingWhereNot()
    {
        string path = _folder.PathOf("t.json");

        await RunAsync("-q", "-j", "2", "--timeline", path, "--shell", "test {} = waits && sleep 0.4 || { i=0; while test $i -lt 100000; do i=$((i+1)); done; }", ":::", "waits", "works");

        Timeline timeline = Assert.Single(TimelineFile.Read(path));
        Dictionary<string, Span> spans = timeline.Lanes.SelectMany(static lane => lane.Spans).ToDictionary(static span => span.Label!);
        Assert.True(spans["waits"].Working < 0.5 * spans["waits"].Duration, $"{spans["waits"]}");
        Assert.True(spans["works"].Working > spans["waits"].Working, $"{spans["works"]}");
    }
}
