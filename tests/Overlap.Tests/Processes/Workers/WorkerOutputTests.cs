using Overlap.Processes;
using Overlap.Processes.Workers;

namespace Overlap.Tests.Processes.Workers;

public sealed class WorkerOutputTests
{
    [Fact]
    public async Task OnOutput_FloodOf64MiB_NeitherBlocksNorLosesALine()
    {
        long bytes = 0;
        using RecordedWorker worker = RecordedWorker.Shell(
            "yes 0123456789012345678901234567890123456789012345678901234567890123456789012345678 | head -c 67108800; exit 5",
            onOutput: line => bytes += line.Text.Length + 1);
        Assert.Equal((5, 67_108_800L), ((await worker.Exit).ExitCode, bytes));
    }

    [Fact]
    public async Task OnOutput_FloodWithoutLineEnds_ComesInPieces()
    {
        long bytes = 0;
        int longest = 0;
        using RecordedWorker worker = RecordedWorker.Shell(
            "head -c 1000000 /dev/zero | tr '\\0' x",
            onOutput: line => (bytes, longest) = (bytes + line.Text.Length, Math.Max(longest, line.Text.Length)));
        _ = await worker.Exit;
        Assert.Equal((1_000_000L, LineSplitter.MaxLine), (bytes, longest));
    }

    [Fact]
    public async Task Kill_WorkerFloods_IsSeenAtOnce()
    {
        using RecordedWorker worker = RecordedWorker.Shell("exec yes", onOutput: static _ => { });
        using RecordedWorker other = RecordedWorker.Shell("exec sleep 100000");
        other.Process.Kill();
        Assert.Equal(9, (await other.Exit).Signal);
        worker.Process.Kill();
        Assert.Equal(9, (await worker.Exit).Signal);
    }

    [Fact]
    public async Task OnOutput_ConsoleOfTheWorker_LinesKnowTheirCall()
    {
        using RecordedWorker worker = WorkerPrograms.Worker("console");
        _ = await worker.Exit;
        Assert.Equal(
            [("of no call", null), ("of 8", 8), ("and \u001e9\u001fagain", 8), ("half a line", 7), ("rest of 7", 7), ("rest of 8", 8)],
            worker.Lines.Where(static line => !line.IsError).Select(static line => (line.Text, line.Call)));
        WorkerOutputLine error = Assert.Single(worker.Lines, static line => line.IsError);
        Assert.Equal(("to the error stream", 8L), (error.Text, error.Call));
    }

    [Theory]
    [InlineData("fail-fast", "ended by FailFast/abort (signal 6, SIGABRT)", "no way on")]
    [InlineData("unhandled", "ended by an unhandled exception (signal 6, SIGABRT)", "nobody catches this")]
    [InlineData("overflow", "ended by a stack overflow (signal 6, SIGABRT)", "Stack overflow")]
    public async Task OnExited_RuntimeGivesUp_SaysWhy(string behaviour, string description, string words)
    {
        using RecordedWorker worker = WorkerPrograms.Worker(behaviour);
        WorkerExit exit = await worker.Exit;
        Assert.Equal(description, exit.Describe());
        Assert.Contains(exit.LastErrorLines, line => line.Contains(words, StringComparison.Ordinal));
    }
}
