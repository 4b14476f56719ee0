using Overlap.Processes;
using Overlap.Processes.Native;
using Overlap.Processes.Workers;

namespace Overlap.Tests.Processes.Workers;

public sealed class WorkerProcessTests
{
    public static TheoryData<int> Signals { get; } = [1, 2, 3, 4, 6, 7, 8, 9, 11, 13, 14, 15];

    [Fact]
    public async Task Start_ProgramReturns_ExitCodeIsReported()
    {
        using RecordedWorker worker = RecordedWorker.Shell("exit 3");
        WorkerExit exit = await worker.Exit;
        Assert.Equal((3, null, "exited with code 3"), (exit.ExitCode, exit.Signal, exit.Describe()));
    }

    [Theory]
    [MemberData(nameof(Signals))]
    public async Task Start_ProgramKilledBySignal_SignalIsReported(int signal)
    {
        using RecordedWorker worker = RecordedWorker.Shell($"kill -{signal} $$; exec sleep 1000");
        WorkerExit exit = await worker.Exit;
        Assert.Equal((null, signal), (exit.ExitCode, exit.Signal));
    }

    [Fact]
    public async Task OnExited_OutputBefore_AllOfItWasHeard()
    {
        using RecordedWorker worker = RecordedWorker.Shell("echo one; echo two >&2; printf three; exit 1");
        WorkerExit exit = await worker.Exit;
        Assert.Equal(["one", "three"], worker.Lines.Where(static line => !line.IsError).Select(static line => line.Text));
        Assert.Equal(["two"], exit.LastErrorLines);
    }

    [Fact]
    public void Start_ProgramDoesNotExist_Throws()
    {
        WorkerStartException exception = Assert.Throws<WorkerStartException>(
            () => RecordedWorker.Start(new() { Inherited = [], Command = ["/nowhere/program"] }));
        Assert.Contains("/nowhere/program", exception.Message);
    }

    [Theory]
    [InlineData("pokes")]
    [InlineData("managed-loop")]
    [InlineData("native-sleep")]
    public async Task Terminate_WorkerBusy_Ends(string behaviour)
    {
        using RecordedWorker worker = WorkerPrograms.Worker(behaviour);
        Assert.Equal("ready", worker.NextLine());
        worker.Process.Terminate();
        Assert.Equal("was killed by signal 15 (SIGTERM)", (await worker.Exit).Describe());
    }

    [Fact]
    public async Task Kill_ProgramIgnoresTerminate_IsKilled()
    {
        using RecordedWorker worker = RecordedWorker.Shell("trap '' TERM; echo ready; while :; do sleep 1000; done");
        _ = worker.NextLine();
        worker.Process.Terminate();
        Assert.False(worker.Process.HasExited);
        worker.Process.Kill();
        Assert.Equal("was killed by signal 9 (SIGKILL)", (await worker.Exit).Describe());
    }

    [Fact]
    public async Task OnExited_OtherCodeReaped_SaysSo()
    {
        using RecordedWorker worker = RecordedWorker.Shell("read line");
        int reaped = 0;
        // Whoever comes first gets the status; the other must not wait for it.
        Assert.True(SpinWait.SpinUntil(() => (reaped = ProcessCalls.TryReap(worker.Process.ProcessId, out _, out _)) != 0, RecordedWorker.Patience));
        WorkerExit exit = await worker.Exit;
        Assert.Equal(reaped > 0, exit.ExitCode is null);
    }

    [Fact]
    public async Task Kill_Always_ExitIsReportedOnce()
    {
        using RecordedWorker worker = RecordedWorker.Shell("exec sleep 1000");
        worker.Process.Kill();
        worker.Process.Kill();
        _ = await worker.Exit;
        await worker.Gone;
        worker.Process.Kill();
        worker.Process.Poke(1);
        worker.Process.Terminate();
        Assert.Equal((1, true), (worker.Exits, worker.Process.HasExited));
    }
}
