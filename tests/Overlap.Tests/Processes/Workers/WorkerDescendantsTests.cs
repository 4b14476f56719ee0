using System.Diagnostics;
using Overlap.Processes.Native;
using Overlap.Processes.Workers;

namespace Overlap.Tests.Processes.Workers;

public sealed class WorkerDescendantsTests
{
    // The promise: parent gone, all gone. Unit: milliseconds.
    private const int Promise = 2_000;

    // Wall time is also what the machine takes from everybody; a program that is late by itself is late every time.
    private const int Tries = 3;

    [Fact]
    public async Task OnExited_GrandchildHoldsTheOutput_IsNotWaitedFor()
    {
        using RecordedWorker worker = RecordedWorker.Shell("setsid sleep 100000 & echo started; exit 4");
        WorkerExit exit = await worker.Exit;
        Assert.Equal((4, "started"), (exit.ExitCode, Assert.Single(worker.Lines).Text));
    }

    [Fact]
    public async Task Gone_GrandchildInItsOwnSession_IsKilled()
    {
        using RecordedWorker worker = RecordedWorker.Shell("setsid sh -c 'echo $$; exec sleep 100000' & exec sleep 100000");
        int handle = ProcessCalls.TryOpenProcess(int.Parse(worker.NextLine()));
        Assert.True(handle >= 0);
        worker.Process.Kill();
        await worker.Gone;
        Assert.True(WorkerPrograms.HasEnded(handle, 0));
        _ = DescriptorCalls.Close(handle);
    }

    [Fact]
    public async Task OnExited_ChildrenInTheGroup_AreKilledBefore()
    {
        using RecordedWorker worker = RecordedWorker.Shell("sh -c 'echo $$; exec sleep 100000' & sleep 100000; exit 1");
        int handle = ProcessCalls.TryOpenProcess(int.Parse(worker.NextLine()));
        Assert.True(handle >= 0);
        // The leader alone: the others are the supervisor's to find.
        _ = ProcessCalls.Kill(worker.Process.ProcessId, SignalNumber.Kill);
        _ = await worker.Exit;
        Assert.True(WorkerPrograms.HasEnded(handle, (int)RecordedWorker.Patience.TotalMilliseconds));
        _ = DescriptorCalls.Close(handle);
    }

    [Theory]
    [InlineData("managed-loop")]
    [InlineData("native-sleep")]
    [InlineData("pokes")]
    public void ParentKilled_WorkerBusy_IsGoneInTwoSeconds(string behaviour) => Assert.True(IsTrueInTries(() => IsGoneAfterParent(behaviour, stopFirst: false)));

    [Fact]
    public void ParentKilled_WorkerStopped_IsGoneInTwoSeconds() => Assert.True(IsTrueInTries(static () => IsGoneAfterParent("pokes", stopFirst: true)));

    [Fact]
    public void ParentKilled_GrandchildrenInTheirOwnSessions_AreGoneInTwoSeconds() =>
        Assert.True(IsTrueInTries(static () => IsGoneAfterParent("grandchildren", stopFirst: false)));

    [Fact]
    public void ParentKilled_GrandchildrenOfStoppedWorker_AreGoneInTwoSeconds() =>
        Assert.True(IsTrueInTries(static () => IsGoneAfterParent("grandchildren", stopFirst: true)));

    [Fact]
    public void ParentKilled_WorkerProgramIsStarting_IsGoneInTwoSeconds() => Assert.True(IsTrueInTries(static () =>
    {
        using Process parent = WorkerPrograms.Parent();
        int worker = int.Parse(parent.StandardOutput.ReadLine()!["worker ".Length..]);
        int handle = ProcessCalls.TryOpenProcess(worker);
        parent.Kill();
        bool isGone = WorkerPrograms.HasEnded(handle, Promise);
        _ = DescriptorCalls.Close(handle);
        return isGone;
    }));

    [Fact]
    public void ParentReturns_WorkerIdle_IsGoneInTwoSeconds() => Assert.True(IsTrueInTries(static () =>
    {
        using Process parent = WorkerPrograms.Parent([.. WorkerPrograms.Command("worker", "pokes")]);
        int worker = ReadWorker(parent, "ready");
        int handle = ProcessCalls.TryOpenProcess(worker);
        parent.StandardInput.Close();
        parent.WaitForExit();
        bool isGone = WorkerPrograms.HasEnded(handle, Promise);
        _ = DescriptorCalls.Close(handle);
        return isGone;
    }));

    private static bool IsTrueInTries(Func<bool> isInTime) => Enumerable.Range(0, Tries).Any(_ => isInTime());

    private static bool IsGoneAfterParent(string behaviour, bool stopFirst)
    {
        using Process parent = WorkerPrograms.Parent([.. WorkerPrograms.Command("worker", behaviour)]);
        int worker = ReadWorker(parent, behaviour == "grandchildren" ? "started" : "ready");
        int grandchildren = behaviour == "grandchildren" ? 3 : 0;
        int[] family = [];
        Assert.True(SpinWait.SpinUntil(
            () => (family = [worker, .. WorkerPrograms.WithArgument($"{100_000 + worker}")]).Length > grandchildren, RecordedWorker.Patience));
        int[] handles = [.. family.Select(ProcessCalls.TryOpenProcess)];
        if (stopFirst)
        {
            const int stop = 19;
            _ = ProcessCalls.Kill(worker, stop);
            Assert.True(SpinWait.SpinUntil(() => WorkerPrograms.StateOf(worker) == 'T', RecordedWorker.Patience));
        }

        parent.Kill();
        long start = TimeProvider.System.GetTimestamp();
        int Left() => Math.Max(0, Promise - (int)TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
        bool areGone = handles.Aggregate(true, (all, handle) => WorkerPrograms.HasEnded(handle, Left()) && all);
        foreach (int handle in handles.Where(static handle => handle >= 0))
        {
            ProcessCalls.Signal(handle, SignalNumber.Kill);
            _ = DescriptorCalls.Close(handle);
        }

        return areGone;
    }

    private static int ReadWorker(Process parent, string lastLine)
    {
        int worker = 0;
        while (parent.StandardOutput.ReadLine() is { } line)
        {
            if (line.StartsWith("worker ", StringComparison.Ordinal))
            {
                worker = int.Parse(line["worker ".Length..]);
            }

            if (line == lastLine)
            {
                return worker;
            }
        }

        throw new InvalidOperationException("The parent program ended early.");
    }
}
