using System.Text.Json;
using System.Text.Json.Serialization;
using Overlap.Contracts;
using Overlap.Executors;
using Overlap.Processes;

namespace Overlap.Tests.Processes.Faults;

/// <summary>Deadlines, and case 18: a call is cancelled in each of its states. Values that do not cross.</summary>
[Collection(nameof(FaultCollection))]
public sealed class DeadlineTests
{
    // How long a pool lets workers that do not end go on at its own end, less a second.
    private static readonly TimeSpan LessThanTheGrace = TimeSpan.FromSeconds(4);

    private static readonly ProcessCallOptions Soon = new() { Deadline = TimeSpan.FromMilliseconds(200) };

    [Fact]
    public async Task Deadline_TokenHonoured_KeepsTheWorker()
    {
        await using FaultPool pool = new(stage => new ProcessPoolExecutorOptions { MaxWorkers = 1, CancellationGrace = FaultPool.Guard, WorkerState = () => new Peaceful(stage) });
        int worker = await pool.WhereAsync();
        Task<int> call = pool.Executor.With(Soon).SubmitAsync(Misdeeds.HoldUntilCanceled, (pool.Stage, "held"));
        CallDeadlineException failure = await Assert.ThrowsAsync<CallDeadlineException>(() => call.WaitAsync(FaultPool.Guard));
        Assert.Equal((true, Soon.Deadline), (failure.HasStarted, failure.Deadline));
        await pool.EndAsync();

        // It gave its call up and ended in peace; one that is killed disposes nothing.
        Assert.Contains($"{worker}", pool.Stage.Notes("peace"));
    }

    [Fact]
    public async Task Deadline_TokenHonoured_DoesNotHoldUpTheDisposal()
    {
        // Wall time is also what the machine takes from everybody; a pool that waits for its grace waits every time.
        TimeSpan took = TimeSpan.MaxValue;
        for (int i = 0; i < 3 && took > LessThanTheGrace; i++)
        {
            await using FaultPool pool = new(1);
            Task<int> call = pool.Executor.With(Soon).SubmitAsync(Misdeeds.HoldUntilCanceled, (pool.Stage, "held"));
            await Assert.ThrowsAsync<CallDeadlineException>(() => call.WaitAsync(FaultPool.Guard));
            long start = TimeProvider.System.GetTimestamp();
            await pool.EndAsync(isUsable: false);
            took = TimeProvider.System.GetElapsedTime(start);
        }

        Assert.InRange(took, TimeSpan.Zero, LessThanTheGrace);
    }

    [Fact]
    public async Task Deadline_OthersWaitBehind_RunElsewhereAndNeverMoreThanAllowedAtOnce()
    {
        await using FaultPool pool = new(new ProcessPoolExecutorOptions { MaxWorkers = 1, CancellationGrace = FaultPool.Guard });
        _ = await pool.EchoAsync(0);
        Task<int> late = pool.Executor.With(Soon).SubmitAsync(Misdeeds.HoldUntilCanceled, (pool.Stage, "held"));
        Task<int>[] behind = [.. Enumerable.Range(0, 50).Select(pool.EchoAsync)];
        await Assert.ThrowsAsync<CallDeadlineException>(() => late.WaitAsync(FaultPool.Guard));
        Assert.Equal(Enumerable.Range(0, 50), await Task.WhenAll(behind).WaitAsync(FaultPool.Guard));
        Assert.True(SpinWait.SpinUntil(() => pool.Executor.GetStatistics().Workers == 1, FaultPool.Guard));
        await pool.EndAsync();
    }

    [Fact]
    public async Task QueueDeadline_NoWorkerFree_NeverRuns()
    {
        await using FaultPool pool = new(1);
        HeldCall held = await pool.HoldAsync();
        IExecutor impatient = pool.Executor.With(new ProcessCallOptions { QueueDeadline = TimeSpan.FromMilliseconds(50) });
        Task waiting = impatient.SubmitAsync(static stage => stage.Add("ran"), pool.Stage);
        CallDeadlineException failure = await Assert.ThrowsAsync<CallDeadlineException>(() => waiting.WaitAsync(FaultPool.Guard));
        Assert.False(failure.HasStarted);
        pool.Stage.Signal("held-go");
        _ = await held.Call;
        await pool.EndAsync();
        Assert.Equal(0, pool.Stage.Count("ran"));
    }

    [Fact]
    public async Task Deadline_ShortForManyFastCalls_NeverStrikesACallThatWasFast()
    {
        await using FaultPool pool = new(2);
        IExecutor limited = pool.Executor.With(new ProcessCallOptions { Deadline = TimeSpan.FromSeconds(10) });
        for (int round = 0; round < 5; round++)
        {
            int[] results = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(i => limited.SubmitAsync(Misdeeds.Echo, i))).WaitAsync(FaultPool.Guard);
            Assert.Equal(Enumerable.Range(0, 1_000), results);
        }

        await pool.EndAsync();
    }

    [Fact]
    public async Task Cancel_Queued_NeverRuns()
    {
        await using FaultPool pool = new(1);
        HeldCall held = await pool.HoldAsync();
        using CancellationTokenSource cancel = new();
        Task[] waiting = [.. Enumerable.Range(0, 50).Select(_ => pool.Executor.SubmitAsync(static stage => stage.Add("ran"), pool.Stage, cancel.Token))];
        await cancel.CancelAsync();
        foreach (Task call in waiting)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(FaultPool.Guard));
        }

        pool.Stage.Signal("held-go");
        _ = await held.Call;
        await pool.EndAsync();
        Assert.Equal(0, pool.Stage.Count("ran"));
    }

    [Fact]
    public async Task Cancel_BeforeAnyWorkerIsReady_NeverRuns()
    {
        await using FaultPool pool = new(stage => new ProcessPoolExecutorOptions { MaxWorkers = 1, Initializer = () => stage.Wait("boot") });
        using CancellationTokenSource cancel = new();
        Task call = pool.Executor.SubmitAsync(static stage => stage.Add("ran"), pool.Stage, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(FaultPool.Guard));
        pool.Stage.Signal("boot");
        await pool.EndAsync();
        Assert.Equal(0, pool.Stage.Count("ran"));
    }

    [Fact]
    public async Task Cancel_Running_ReachesTheFunction()
    {
        await using FaultPool pool = new(1);
        using CancellationTokenSource cancel = new();
        Task<int> call = pool.Executor.SubmitAsync(Misdeeds.HoldUntilCanceled, (pool.Stage, "held"), cancel.Token);
        await pool.Stage.WaitAsync("held-at");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(FaultPool.Guard));
        await pool.EndAsync();
    }

    [Fact]
    public async Task Cancel_RunningThatDoesNotListen_GivesItsResult()
    {
        await using FaultPool pool = new(1);
        using CancellationTokenSource cancel = new();
        Task<int> call = pool.Executor.SubmitAsync(Misdeeds.Hold, (pool.Stage, "held"), cancel.Token);
        await pool.Stage.WaitAsync("held-at");
        await cancel.CancelAsync();
        pool.Stage.Signal("held-go");
        Assert.True(await call.WaitAsync(FaultPool.Guard) > 0);
        await pool.EndAsync();
    }

    [Fact]
    public async Task Cancel_RunningWhoseWorkerDies_FailsOnce()
    {
        await using FaultPool pool = new(1);
        using CancellationTokenSource cancel = new();
        IExecutor idempotent = pool.Executor.With(new ProcessCallOptions { Idempotent = true });
        Task<int> call = idempotent.SubmitAsync(Misdeeds.Hold, (pool.Stage, "held"), cancel.Token);
        await pool.Stage.WaitAsync("held-at");
        await cancel.CancelAsync();
        Misdeeds.Send(int.Parse(pool.Stage.Notes("held")[0]), Misdeeds.Kill);
        await Assert.ThrowsAsync<WorkerDiedException>(() => call.WaitAsync(FaultPool.Guard));
        await pool.EndAsync();
    }

    [Fact]
    public async Task Cancel_Ended_ChangesNothingAndKeepsNothing()
    {
        await using FaultPool pool = new(2);
        using CancellationTokenSource cancel = new();
        int[] results = await Task.WhenAll(Enumerable.Range(0, 5_000).Select(i => pool.Executor.SubmitAsync(Misdeeds.Echo, i, cancel.Token))).WaitAsync(FaultPool.Guard);
        Assert.Equal(Enumerable.Range(0, 5_000), results);
        await cancel.CancelAsync();
        Assert.Equal(0, pool.Executor.GetStatistics().Canceled);
        await pool.EndAsync();
    }

    [Fact]
    public async Task Cancel_RacingWithTheEnd_CountsEachCallOnce()
    {
        await using FaultPool pool = new(2);
        for (int round = 0; round < 50; round++)
        {
            using CancellationTokenSource cancel = new();
            Task<int>[] calls = [.. Enumerable.Range(0, 100).Select(i => pool.Executor.SubmitAsync(Misdeeds.Echo, i, cancel.Token))];
            await Task.WhenAny(calls);
            await cancel.CancelAsync();
            for (int i = 0; i < calls.Length; i++)
            {
                try
                {
                    Assert.Equal(i, await calls[i].WaitAsync(FaultPool.Guard));
                }
                catch (OperationCanceledException)
                {
                    Assert.True(calls[i].IsCanceled);
                }
            }
        }

        await pool.EndAsync();
    }

    [Fact]
    public void Graces_Negative_AreRefused()
    {
        TimeSpan negative = TimeSpan.FromTicks(-1);
        Assert.Throws<ArgumentOutOfRangeException>("CancellationGrace", () => new ProcessPoolExecutorOptions { CancellationGrace = negative });
        Assert.Throws<ArgumentOutOfRangeException>("TerminationGrace", () => new ProcessPoolExecutorOptions { TerminationGrace = negative });
    }

    [Fact]
    public void MaxWorkers_Zero_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(static () => new ProcessPoolExecutor(0));

    [Fact]
    public async Task Result_OfATypeThatCannotCross_IsRefusedBeforeAnythingIsSent()
    {
        await using FaultPool pool = new(1);
        await Assert.ThrowsAsync<NotPortableException>(() => pool.Executor.SubmitAsync(static () => Thread.CurrentThread));
        Assert.Equal(0, pool.Executor.GetStatistics().Submitted);
        await pool.EndAsync();
    }

    [Fact]
    public async Task Result_ThatThrowsWhileWritten_FailsItsCallOnly()
    {
        await using FaultPool pool = new(1);
        int worker = await pool.WhereAsync();
        Exception failure = await Assert.ThrowsAnyAsync<Exception>(() => pool.Executor.SubmitAsync(static () => new Touchy(ThrowsOnWrite: true)).WaitAsync(FaultPool.Guard));
        Assert.Contains("not to be written", failure.ToString(), StringComparison.Ordinal);
        Assert.Equal(worker, await pool.WhereAsync());
        await pool.EndAsync();
    }

    [Fact]
    public async Task Result_ThatThrowsWhileRead_FailsItsCallOnly()
    {
        await using FaultPool pool = new(1);
        int worker = await pool.WhereAsync();
        Exception failure = await Assert.ThrowsAsync<NotPortableException>(() => pool.Executor.SubmitAsync(static () => new Touchy(ThrowsOnWrite: false)).WaitAsync(FaultPool.Guard));
        Assert.Contains("not to be read", failure.ToString(), StringComparison.Ordinal);
        Assert.Equal(worker, await pool.WhereAsync());
        await pool.EndAsync();
    }

    private sealed class Peaceful(ContractStage stage) : IDisposable
    {
        public void Dispose() => stage.Add("peace", $"{Environment.ProcessId}");
    }

    [JsonConverter(typeof(TouchyConverter))]
    internal sealed record Touchy(bool ThrowsOnWrite);

    internal sealed class TouchyConverter : JsonConverter<Touchy>
    {
        public override Touchy Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new InvalidOperationException("not to be read");

        public override void Write(Utf8JsonWriter writer, Touchy value, JsonSerializerOptions options)
        {
            if (value.ThrowsOnWrite)
            {
                throw new InvalidOperationException("not to be written");
            }

            writer.WriteBooleanValue(true);
        }
    }
}
