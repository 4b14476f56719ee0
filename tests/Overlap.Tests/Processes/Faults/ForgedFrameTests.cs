using Overlap.Executors;
using Overlap.Processes;

namespace Overlap.Tests.Processes.Faults;

/// <summary>Case 11: garbage, truncated, oversized and replayed frames from a worker; case 10: stray bytes on its channels.</summary>
[Collection(nameof(FaultCollection))]
public sealed class ForgedFrameTests
{
    [Theory]
    [InlineData("garbage")]
    [InlineData("zeros")]
    [InlineData("truncated")]
    [InlineData("truncated-header")]
    [InlineData("oversized")]
    [InlineData("negative")]
    [InlineData("wrong-slot")]
    [InlineData("negative-slot")]
    [InlineData("many-items")]
    [InlineData("negative-items")]
    [InlineData("short-value")]
    [InlineData("unknown-kind")]
    [InlineData("blob-outside")]
    [InlineData("tail-back")]
    [InlineData("tail-far")]
    [InlineData("tail-odd")]
    [InlineData("wrap-only")]
    [InlineData("event-garbage")]
    public async Task Frame_ThatCannotBe_CostsThatWorkerOnly(string way)
    {
        await using FaultPool pool = new(2);
        HeldCall other = await pool.HoldAsync();
        _ = await pool.EchoAsync(0);
        Task<int> call = pool.Executor.SubmitAsync(Forgery.Commit, (way, 0));
        WorkerDiedException death = await Assert.ThrowsAsync<WorkerDiedException>(() => call.WaitAsync(FaultPool.Guard));
        Assert.Contains("it sent garbage", death.Message, StringComparison.Ordinal);
        pool.Stage.Signal("held-go");
        Assert.Equal(other.ProcessId, await other.Call);
        await pool.EndAsync();
    }

    [Fact]
    public async Task Frame_Replayed_CostsThatWorkerOnly()
    {
        await using FaultPool pool = new(1);
        Task<int> call = pool.Executor.SubmitAsync(Forgery.Commit, ("replayed", 0));

        // The first answer is as good as any; the second one is for a call that is not there.
        Assert.Equal(0, await call.WaitAsync(FaultPool.Guard));
        await pool.EndAsync();
    }

    [Theory]
    [InlineData("slots")]
    [InlineData("everything")]
    public async Task SharedMemory_OverwrittenBeforeDeath_CostsThatCallOnly(string way)
    {
        await using FaultPool pool = new(1);
        Task<int> call = pool.Executor.SubmitAsync(Forgery.Commit, (way, Misdeeds.Kill));
        Task<int>[] queued = [.. Enumerable.Range(0, 20).Select(pool.EchoAsync)];
        _ = await Assert.ThrowsAsync<WorkerDiedException>(() => call.WaitAsync(FaultPool.Guard));
        Assert.Equal(Enumerable.Range(0, 20), await Task.WhenAll(queued));
        await pool.EndAsync();
    }

    [Fact]
    public async Task SharedMemory_OverwrittenBeforeEachDeath_IdempotentCallIsGivenUp()
    {
        await using FaultPool pool = new(1);
        IExecutor idempotent = pool.Executor.With(new ProcessCallOptions { Idempotent = true });
        Task<int> call = idempotent.SubmitAsync(Forgery.Commit, ("everything", Misdeeds.Kill));
        _ = await Assert.ThrowsAsync<WorkerDiedException>(() => call.WaitAsync(FaultPool.Guard));
        await pool.EndAsync();
    }

    [Fact]
    public async Task SharedMemory_OverwrittenWhileADeadlineRuns_EndsAtTheDeadline()
    {
        await using FaultPool pool = new(1);
        _ = await pool.EchoAsync(0);
        IExecutor limited = pool.Executor.With(new ProcessCallOptions { Deadline = TimeSpan.FromMilliseconds(100) });
        Task<int> call = limited.SubmitAsync(Forgery.Commit, ("slots", 0));
        Exception failure = await Assert.ThrowsAnyAsync<Exception>(() => call.WaitAsync(FaultPool.Guard));
        Assert.True(failure is CallDeadlineException or WorkerDiedException, failure.ToString());
        await pool.EndAsync();
    }

    [Fact]
    public async Task StandardOutput_RandomBytes_ChangeNothing()
    {
        await using FaultPool pool = new(1);
        int written = await pool.Executor.SubmitAsync(
            static () =>
            {
                byte[] bytes = new byte[4_096];
                new Random(5).NextBytes(bytes);
                using FileStream output = new("/proc/self/fd/1", FileMode.Open, FileAccess.Write);
                output.Write(bytes);
                return bytes.Length;
            }).WaitAsync(FaultPool.Guard);
        Assert.Equal(4_096, written);
        await pool.EndAsync();
    }

    [Fact]
    public async Task Console_RawBytesBesideLines_AreOutputOnly()
    {
        await using FaultPool pool = new(1);
        int result = await pool.Executor.SubmitAsync(
            static () =>
            {
                using Stream output = Console.OpenStandardOutput();
                output.Write([0x1e, 0x39, 0x39, 0x1f, 0xff, 0x00, 0x0a, 0x1e, 0x0a]);
                Console.WriteLine("a stray line");
                return 5;
            }).WaitAsync(FaultPool.Guard);
        Assert.Equal(5, result);
        await pool.EndAsync();
        Assert.Contains(pool.Lines, static line => line.Text == "a stray line");
    }
}
