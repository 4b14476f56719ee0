using Overlap.Executors;
using Overlap.Processes;
using Overlap.Processes.Native;
using Overlap.Testing;
using Overlap.Tests.Processes.Workers;

namespace Overlap.Tests.Processes.Faults;

/// <summary>Cases 2, 3, 4 and 7: ways to die, to hang, and to leave something behind.</summary>
[Collection(nameof(FaultCollection))]
public sealed class DeathTests
{
    // For an end that nobody has promised a time for. Unit: milliseconds.
    private static readonly int Patience = (int)FaultPool.Guard.TotalMilliseconds;

    [Theory]
    [InlineData("kill", Misdeeds.Kill, null, "SIGKILL")]
    [InlineData("segment-fault", Misdeeds.SegmentFault, null, "SIGSEGV")]
    [InlineData("wild-write", Misdeeds.Abort, null, "Fatal error")]
    [InlineData("fail-fast", Misdeeds.Abort, null, "no way on")]
    [InlineData("exit", null, 3, "exited with code 3")]
    [InlineData("overflow", Misdeeds.Abort, null, "stack overflow")]
    [InlineData("unhandled", Misdeeds.Abort, null, "nobody catches this")]
    public async Task Death_InACall_FailsItWithItsReason(string way, int? signal, int? code, string reason)
    {
        await using FaultPool pool = new();
        Task<int> call = pool.Executor.SubmitAsync(Misdeeds.Die, way);
        WorkerDiedException death = await Assert.ThrowsAsync<WorkerDiedException>(() => call.WaitAsync(FaultPool.Guard));
        Assert.Equal((signal, code), (death.Signal, death.ExitCode));
        Assert.Contains(reason, death.Message, StringComparison.Ordinal);
        await pool.EndAsync();
    }

    [Fact]
    public async Task Death_ByTheKernelsMemoryKiller_FailsItsCallOnly()
    {
        using ControlGroup group = new("memory");
        if (!group.IsThere || !group.TrySet("memory.limit_in_bytes", "160M"))
        {
            TestContext.Current.SendDiagnosticMessage("No control group for memory can be made here: a signal stands for the kernel's.");
        }

        await using FaultPool pool = new();
        Task<int> call = group.IsThere ? pool.Executor.SubmitAsync(Misdeeds.FillMemory, group.Folder) : pool.Executor.SubmitAsync(Misdeeds.Die, "kill");
        WorkerDiedException death = await Assert.ThrowsAsync<WorkerDiedException>(() => call.WaitAsync(FaultPool.Guard));
        Assert.Equal(Misdeeds.Kill, death.Signal);
        await pool.EndAsync();
    }

    [Fact]
    public async Task OutOfManagedMemory_IsTheCallsOwnException_AndTheWorkerLivesOn()
    {
        await using FaultPool pool = new(new ProcessPoolExecutorOptions { MaxWorkers = 1, Limits = new() { ManagedMemory = 64 << 20 } });
        int before = await pool.WhereAsync();
        Task<long> call = pool.Executor.SubmitAsync(static () => new byte[512 << 20].LongLength);
        Exception failure = await Assert.ThrowsAnyAsync<Exception>(() => call.WaitAsync(FaultPool.Guard));
        Assert.IsNotType<WorkerDiedException>(failure);
        Assert.Equal(before, await pool.WhereAsync());
        await pool.EndAsync();
    }

    [Fact]
    public async Task Stopped_ThenContinued_GivesItsResult()
    {
        await using FaultPool pool = new(2);
        HeldCall held = await pool.HoldAsync();
        Misdeeds.Send(held.ProcessId, Misdeeds.Stop);
        pool.Stage.Signal("held-go");
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(i, await pool.EchoAsync(i));
        }

        Assert.False(held.Call.IsCompleted);
        Misdeeds.Send(held.ProcessId, Misdeeds.Continue);
        Assert.Equal(held.ProcessId, await held.Call.WaitAsync(FaultPool.Guard));
        await pool.EndAsync();
    }

    [Fact]
    public async Task Stopped_ForEver_IsKilledAtItsDeadline()
    {
        // No time passes before the worker is stopped: on a busy machine any deadline may come before the call has said where it is.
        VirtualTimeProvider time = new();
        await using FaultPool pool = new(new ProcessPoolExecutorOptions { MaxWorkers = 4, TimeProvider = time });
        IExecutor limited = pool.Executor.With(new ProcessCallOptions { Deadline = TimeSpan.FromTicks(1) });
        HeldCall held = await pool.HoldAsync(through: limited);
        int handle = ProcessCalls.TryOpenProcess(held.ProcessId);
        Misdeeds.Send(held.ProcessId, Misdeeds.Stop);
        time.Advance(TimeSpan.FromSeconds(1));
        CallDeadlineException failure = await Assert.ThrowsAsync<CallDeadlineException>(() => held.Call.WaitAsync(FaultPool.Guard));
        Assert.True(failure.HasStarted);
        Assert.True(WorkerPrograms.HasEnded(handle, Patience));
        _ = DescriptorCalls.Close(handle);
        await pool.EndAsync();
    }

    [Fact]
    public async Task Stopped_Idle_DoesNotHoldUpTheDisposal()
    {
        await using FaultPool pool = new(1);
        Misdeeds.Send(await pool.WhereAsync(), Misdeeds.Stop);
        await pool.EndAsync(isUsable: false);
    }

    [Fact]
    public async Task Terminate_Ignored_IsFollowedByKill()
    {
        VirtualTimeProvider time = new();
        ProcessPoolExecutorOptions options = new() { MaxWorkers = 4, TimeProvider = time };
        await using FaultPool pool = new(options);
        IExecutor limited = pool.Executor.With(new ProcessCallOptions { Deadline = TimeSpan.FromTicks(1) });
        Task<int> call = limited.SubmitAsync(Misdeeds.HoldAgainstTerminate, (pool.Stage, "held"));
        await pool.Stage.WaitAsync("held-at");
        int handle = ProcessCalls.TryOpenProcess(int.Parse(pool.Stage.Notes("held")[0]));
        time.Advance(TimeSpan.FromTicks(1));
        _ = await Assert.ThrowsAsync<CallDeadlineException>(() => call.WaitAsync(FaultPool.Guard));
        time.Advance(options.CancellationGrace);
        await pool.Stage.WaitAsync("held-told");
        Assert.False(WorkerPrograms.HasEnded(handle, 0));
        time.Advance(options.TerminationGrace);
        Assert.True(WorkerPrograms.HasEnded(handle, Patience));
        _ = DescriptorCalls.Close(handle);
        await pool.EndAsync();
    }

    [Fact]
    public async Task Grandchild_HoldsTheOutputOpen_HoldsNothingUpAndGoes()
    {
        string argument = $"{300_000 + Environment.ProcessId}";
        await using FaultPool pool = new();
        int worker = await pool.Executor.SubmitAsync(Misdeeds.LeaveGrandchild, argument).WaitAsync(FaultPool.Guard);
        int handle = ProcessCalls.TryOpenProcess(Assert.Single(WorkerPrograms.WithArgument(argument)));
        Misdeeds.Send(worker, Misdeeds.Kill);
        Assert.Equal(1, await pool.EchoAsync(1));
        Assert.True(WorkerPrograms.HasEnded(handle, Patience));
        _ = DescriptorCalls.Close(handle);
        await pool.EndAsync();
    }

    [Fact]
    public async Task Grandchild_AliveAtTheEndOfThePool_Goes()
    {
        string argument = $"{400_000 + Environment.ProcessId}";
        await using FaultPool pool = new();
        _ = await pool.Executor.SubmitAsync(Misdeeds.LeaveGrandchild, argument).WaitAsync(FaultPool.Guard);
        int handle = ProcessCalls.TryOpenProcess(Assert.Single(WorkerPrograms.WithArgument(argument)));
        await pool.Executor.DisposeAsync();
        Assert.True(WorkerPrograms.HasEnded(handle, Patience));
        _ = DescriptorCalls.Close(handle);
        await pool.EndAsync(isUsable: false);
    }
}
